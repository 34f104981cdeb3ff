import type { DataSource, QueryRunner } from 'typeorm';
import type { ChangeSession } from './change-session.js';
import { overlaidRunner } from '../database/overlaid-runner.js';
import { wholeSaves } from './whole-writes.js';

/**
 * The change's runner as one user sees it: its transactions are nested ones, a release only rolls back
 * those still open, and after the change's end it refuses every statement.
 */
export function changeQueryRunner(
  session: ChangeSession,
  dataSource: DataSource,
  runner: QueryRunner,
): QueryRunner {
  const lent = overlaidRunner(dataSource, runner, (proxy) => [
    ...Object.entries(statements(session, runner)),
    ...transactions(session, proxy),
    // Otherwise TypeORM answers for a released runner, without naming the change.
    ['isReleased', false],
  ]);
  wholeSaves(dataSource, lent.manager, () => session.changeId);
  return lent;
}

function statements(session: ChangeSession, runner: QueryRunner) {
  return {
    query: (...args: Parameters<QueryRunner['query']>): Promise<unknown> =>
      session.perform(args[0], () => runner.query(...args)),
    stream: (...args: Parameters<QueryRunner['stream']>): Promise<unknown> =>
      session.stream(args[0], () => runner.stream(...args)),
    connect: (): Promise<unknown> => session.lendConnection(),
    // Their statements have no effect in a transaction, and were sent before it.
    beforeMigration: async () => undefined,
    afterMigration: async () => undefined,
  };
}

function transactions(session: ChangeSession, owner: object): [PropertyKey, unknown][] {
  const rollBackNested = async (): Promise<void> => {
    while (session.hasNested(owner)) await session.endNested(owner, 'roll back');
  };
  return [
    ['startTransaction', (level?: string) => session.beginNested(owner, level)],
    ['commitTransaction', () => session.endNested(owner, 'commit')],
    ['rollbackTransaction', () => session.endNested(owner, 'roll back')],
    ['release', rollBackNested],
    [Symbol.asyncDispose, rollBackNested],
  ];
}
