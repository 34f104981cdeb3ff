import { OpenTransactionError } from '@nestjs-flamingock/core';
import type { AdapterHost } from '@nestjs-flamingock/core/adapter';
import type { DataSource, QueryRunner } from 'typeorm';
import { bounded } from './bounded.js';
import { discard, releaseRunner, hasConnection, send } from './connection.js';
import { openRunner } from './query-runner.js';
import type { Server } from './server.js';
import { watchedRunner } from './watched-runner.js';

/** Where a runner comes from. */
interface Lender {
  readonly dataSource: DataSource;
  readonly server: Server;
  readonly host: AdapterHost;
}

/** What a pooled database lends; its promise is `SqlDatabase.lend`'s. */
export async function lendRunner(
  lender: Lender,
  changeId: string,
  work: (runner: QueryRunner) => Promise<void>,
): Promise<void> {
  const { dataSource, server } = lender;
  const runner = openRunner(dataSource);
  const lent = watchedRunner(dataSource, server, runner);
  const explainEnd = server.watchEnd(runner);
  try {
    await work(lent);
  } catch (error) {
    await endLoan();
    throw explainEnd(changeId, error);
  }
  if (await endLoan()) throw new OpenTransactionError(changeId, 'query runner');

  function endLoan(): Promise<boolean> {
    return endTransaction(lender, runner).finally(() => releaseRunner(lent));
  }
}

/** True if a transaction was open, which is rolled back. */
async function endTransaction({ dataSource, server, host }: Lender, runner: QueryRunner): Promise<boolean> {
  if (!hasConnection(runner)) return false;
  const asking = server.isInTransaction(dataSource, runner);
  const leftOpen = await bounded(host, host.limits.answerMs, asking).catch(() => true);
  if (leftOpen) {
    await send(dataSource, runner, 'ROLLBACK').catch(() => undefined);
    await discard(runner, leftOpen);
  }
  return leftOpen;
}
