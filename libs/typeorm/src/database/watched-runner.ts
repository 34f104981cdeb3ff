import type { DataSource, QueryRunner } from 'typeorm';
import { overlaidRunner } from './overlaid-runner.js';
import { discard, hasConnection } from './connection.js';
import type { Server } from './server.js';

/**
 * A runner of a change without a transaction. Given back, its connection is closed once the
 * change has set something on it that lasts, or has taken the connection itself.
 */
export function watchedRunner(dataSource: DataSource, server: Server, runner: QueryRunner): QueryRunner {
  let isAltered = false;
  const noting =
    <T>(send: (text: string, ...rest: never[]) => T) =>
    (text: string, ...rest: never[]): T => {
      isAltered ||= server.altersSession(text);
      return send(text, ...rest);
    };
  return overlaidRunner(dataSource, runner, () => [
    ['query', noting(runner.query.bind(runner))],
    ['stream', noting(runner.stream.bind(runner))],
    [
      'connect',
      (): Promise<unknown> => {
        isAltered = true;
        return runner.connect();
      },
    ],
    [
      'release',
      (): Promise<void> =>
        isAltered && hasConnection(runner)
          ? discard(runner, 'a change has altered its session')
          : runner.release(),
    ],
  ]);
}
