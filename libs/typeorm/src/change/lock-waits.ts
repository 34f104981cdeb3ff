import type { DataSource, QueryRunner } from 'typeorm';
import { overlaidRunner } from '../database/overlaid-runner.js';
import type { Dialect } from '../sql/dialect.js';
import type { ChangeSession } from './change-session.js';

/** Why a change cannot have its waits for locks bounded; `undefined` where it can. */
export function lockTimeoutObstacle(dialect: Dialect, transactional: boolean): string | undefined {
  const setting = dialect.boundLockWaits(1, transactional);
  return typeof setting === 'string' ? undefined : setting.obstacle;
}

/** Sets in a change's transaction for how long it waits for locks, as if it were the change's own first statement. */
export async function boundLockWaits(
  session: ChangeSession,
  dialect: Dialect,
  lockTimeoutMs: number | undefined,
): Promise<void> {
  const setting = lockTimeoutMs === undefined ? undefined : dialect.boundLockWaits(lockTimeoutMs, true);
  if (typeof setting !== 'string') return;
  await session.perform(setting, () => session.transaction.runner.query(setting));
}

/** A runner of a change without a transaction, whose connection gets the bound before the first statement. */
export function lockBoundRunner(
  dataSource: DataSource,
  runner: QueryRunner,
  dialect: Dialect,
  lockTimeoutMs: number | undefined,
): QueryRunner {
  const setting = lockTimeoutMs === undefined ? undefined : dialect.boundLockWaits(lockTimeoutMs, false);
  if (typeof setting !== 'string') return runner;
  let sent: Promise<unknown> | undefined;
  const bounded =
    <A extends unknown[], T>(act: (...given: A) => Promise<T>) =>
    async (...given: A): Promise<T> => {
      await (sent ??= runner.query(setting));
      return act(...given);
    };
  return overlaidRunner(dataSource, runner, () => [
    [
      'query',
      bounded((...query: Parameters<QueryRunner['query']>): Promise<unknown> => runner.query(...query)),
    ],
    ['stream', bounded(runner.stream.bind(runner))],
    ['connect', bounded((): Promise<unknown> => runner.connect())],
  ]);
}
