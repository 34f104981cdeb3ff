import type { DataSource, QueryRunner } from 'typeorm';

/** The runner with some of its members replaced, and an entity manager of its own. */
export function overlaidRunner(
  dataSource: DataSource,
  runner: QueryRunner,
  membersFor: (proxy: QueryRunner) => readonly (readonly [PropertyKey, unknown])[],
): QueryRunner {
  const members = new Map<PropertyKey, unknown>();
  const proxy = new Proxy(runner, {
    get: (target, key, receiver): unknown =>
      members.has(key) ? members.get(key) : Reflect.get(target, key, receiver),
    set: (target, key, value) =>
      key === 'manager' ? Boolean(members.set(key, value)) : Reflect.set(target, key, value),
  });
  for (const [key, member] of membersFor(proxy)) members.set(key, member);
  // The manager makes itself the proxy's.
  dataSource.createEntityManager(proxy);
  return proxy;
}
