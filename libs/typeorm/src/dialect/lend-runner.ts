import type { DataSource, QueryRunner } from 'typeorm';
import { OpenTransactionError } from '../typeorm.errors.js';
import { ANSWER_MS, bounded } from './bounded.js';
import { discard, giveBack, hasConnection, send } from './connection.js';
import { openRunner } from './query-runner.js';
import type { Server } from './server.js';

/** What a pooled database lends; its promise is `SqlDatabase.lend`'s. */
export async function lendRunner(
  dataSource: DataSource,
  server: Server,
  changeId: string,
  work: (runner: QueryRunner) => Promise<void>,
): Promise<void> {
  const runner = openRunner(dataSource);
  try {
    await work(runner);
  } catch (error) {
    await takeBack(dataSource, server, runner);
    throw error;
  }
  if (await takeBack(dataSource, server, runner)) throw new OpenTransactionError(changeId);
}

/** True if a transaction was open, which is rolled back. */
async function takeBack(dataSource: DataSource, server: Server, runner: QueryRunner): Promise<boolean> {
  if (!hasConnection(runner)) {
    await giveBack(runner);
    return false;
  }
  const asking = server.isInTransaction(dataSource, runner);
  const leftOpen = await bounded(ANSWER_MS, asking).catch(() => true);
  if (leftOpen) {
    await send(dataSource, runner, 'ROLLBACK').catch(() => undefined);
    await discard(runner, leftOpen);
  }
  await giveBack(runner);
  return leftOpen;
}
