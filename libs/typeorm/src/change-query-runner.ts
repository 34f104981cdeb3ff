import type { DataSource, QueryRunner } from 'typeorm';
import type { ChangeSession } from './change-session.js';

/**
 * The change's runner as one user sees it: its transactions are nested ones, giving it
 * back does nothing, and after the change's end it refuses every statement.
 */
export function changeQueryRunner(
  session: ChangeSession,
  dataSource: DataSource,
  runner: QueryRunner,
): QueryRunner {
  const overrides = new Map<PropertyKey, unknown>();
  const proxy = new Proxy(runner, {
    get: (target, key, receiver): unknown =>
      overrides.has(key) ? overrides.get(key) : Reflect.get(target, key, receiver),
    set: (target, key, value) =>
      key === 'manager' ? Boolean(overrides.set(key, value)) : Reflect.set(target, key, value),
  });
  for (const [key, value] of Object.entries(statements(session, runner))) overrides.set(key, value);
  for (const [key, value] of transactions(session, proxy)) overrides.set(key, value);
  // Otherwise TypeORM answers for a runner that was given back, without naming the change.
  overrides.set('isReleased', false);
  // The manager makes itself the proxy's.
  dataSource.createEntityManager(proxy);
  return proxy;
}

function statements(session: ChangeSession, runner: QueryRunner) {
  return {
    query: (...args: Parameters<QueryRunner['query']>): Promise<unknown> =>
      session.perform(args[0], () => runner.query(...args)),
    stream: (...args: Parameters<QueryRunner['stream']>): Promise<unknown> =>
      session.stream(args[0], () => runner.stream(...args)),
    connect: async (): Promise<unknown> => {
      session.assertRunning();
      return runner.connect();
    },
  };
}

function transactions(session: ChangeSession, owner: object): [PropertyKey, unknown][] {
  const giveBack = async (): Promise<void> => {
    while (session.hasNested(owner)) await session.endNested(owner, 'roll back');
  };
  return [
    ['startTransaction', () => session.beginNested(owner)],
    ['commitTransaction', () => session.endNested(owner, 'commit')],
    ['rollbackTransaction', () => session.endNested(owner, 'roll back')],
    ['release', giveBack],
    [Symbol.asyncDispose, giveBack],
  ];
}
