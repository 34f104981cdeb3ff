import type { Redis } from 'ioredis';
import { describeOn } from '../../../../test/support/services/describe-on.js';
import { Keyspace } from '../fixtures/keyspace.js';
import type { RedisTargetSystem } from './redis.target-system.js';

await describeOn(['redis'], 'a change that may only read on Redis', ({ redis }) => {
  let keyspace: Keyspace;
  let client: Redis;
  let target: RedisTargetSystem;

  beforeEach(async () => {
    keyspace = new Keyspace(redis);
    client = keyspace.connect() as Redis;
    target = keyspace.target({}, client);
    await client.set('k', 'v');
  });
  afterEach(() => keyspace.remove());

  const ask = (work: () => Promise<unknown>) =>
    target.run(
      { service: 's', changeId: 'warm-cache', executionId: 'e', operation: 'RECONCILE', readOnly: true },
      async () => {
        await work();
      },
    );

  const writes: [string, () => Promise<unknown>][] = [
    ['set', () => client.set('k', 'w')],
    ['del', () => client.del('k')],
    ['getdel', () => client.getdel('k')],
    ['a script', () => client.eval("return redis.call('set', KEYS[1], 'w')", 1, 'k')],
    ['publish', () => client.publish('news', 'x')],
  ];

  it.each(writes)('is refused %s', async (_, write) => {
    await expect(ask(write)).rejects.toMatchObject({ code: 'FLAMINGOCK_READ_ONLY_STATEMENT' });
    expect(await client.get('k')).toBe('v');
  });

  it('is refused what a pipeline writes', async () => {
    const answers = ask(async () => {
      const [[error] = []] = (await client.pipeline().set('k', 'w').exec()) ?? [];
      throw error ?? new TypeError('it was sent');
    });
    await expect(answers).rejects.toMatchObject({ code: 'FLAMINGOCK_READ_ONLY_STATEMENT' });
    expect(await client.get('k')).toBe('v');
  });

  it('reads', async () => {
    await ask(async () => {
      expect(await client.get('k')).toBe('v');
      expect(await client.exists('k', 'other')).toBe(1);
      expect(await client.pipeline().get('k').strlen('k').exec()).toEqual([
        [null, 'v'],
        [null, 1],
      ]);
      expect((await client.scan('0'))[0]).toEqual(expect.any(String));
    });
  });
});
