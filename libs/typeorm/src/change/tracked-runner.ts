import type { ChangeStatements } from '@nestjs-flamingock/core/adapter';
import type { DataSource, QueryRunner } from 'typeorm';
import { overlaidRunner } from '../database/overlaid-runner.js';
import { wholeSaves } from './whole-writes.js';

const BEGINS = /^\s*(BEGIN|START\s+TRANSACTION)\b/i;
const ENDS = /^\s*(COMMIT|ROLLBACK)\s*;?\s*$/i;
const TAKES_BACK = /^\s*ROLLBACK\b/i;

/**
 * A runner of a change without a transaction: its statements are known while they are on their way, and none
 * is sent after the end of the change, but for what takes back a transaction that it has begun.
 */
export function trackedRunner(
  dataSource: DataSource,
  statements: ChangeStatements,
  runner: QueryRunner,
): QueryRunner {
  let isOpen = false;
  const sending =
    <A extends unknown[], T>(send: (text: string, ...rest: A) => Promise<T>) =>
    async (text: string, ...rest: A): Promise<T> => {
      // Its connection goes back to where others take it from.
      const wait = isOpen && TAKES_BACK.test(text) ? undefined : statements.admission(text);
      if (wait) await wait;
      const answer = await statements.track(text, send(text, ...rest));
      if (BEGINS.test(text)) isOpen = true;
      if (ENDS.test(text)) isOpen = false;
      return answer;
    };
  const tracked = overlaidRunner(dataSource, runner, () => [
    [
      'query',
      sending((...query: Parameters<QueryRunner['query']>): Promise<unknown> => runner.query(...query)),
    ],
    ['stream', sending(runner.stream.bind(runner))],
    [
      'connect',
      async (): Promise<unknown> => {
        await statements.admission('queryRunner.connect()');
        return runner.connect();
      },
    ],
  ]);
  wholeSaves(dataSource, tracked.manager, () => statements.changeId);
  return tracked;
}
