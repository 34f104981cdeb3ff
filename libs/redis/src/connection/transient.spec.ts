import { Redis } from 'ioredis';
import { describeOn } from '../../../../test/support/services/describe-on.js';
import { freePort } from '../../../../test/support/services/free-port.mjs';
import { Keyspace } from '../fixtures/keyspace.js';
import { PlainWriteError, RedisUnreachableError, WatchedKeyChangedError } from '../redis.errors.js';
import type { RedisTargetSystem } from '../target/redis.target-system.js';

const failureOf = (work: Promise<unknown>): Promise<unknown> =>
  work.then(
    () => undefined,
    (error: unknown) => error,
  );

await describeOn(['redis'], 'a failure of Redis', ({ redis }) => {
  let keyspace: Keyspace;
  let target: RedisTargetSystem;
  let client: Redis;

  beforeEach(() => {
    keyspace = new Keyspace(redis);
    client = keyspace.connect() as Redis;
    target = keyspace.target({}, client);
  });

  afterEach(() => keyspace.remove());

  it('passes where the connection is refused, in the words of ioredis and in ours', async () => {
    const options = { retryStrategy: () => null, lazyConnect: true, maxRetriesPerRequest: 0 };
    const nobody = new Redis(await freePort(), '127.0.0.1', options);
    nobody.on('error', () => undefined);
    for (const work of [nobody.connect(), nobody.get('k')]) {
      expect(target.isTransient(await failureOf(work))).toBe(true);
    }
    const ours = keyspace.target({}, nobody);
    const error = await failureOf(ours.markers.look('shop'));
    expect(error).toBeInstanceOf(RedisUnreachableError);
    expect(target.isTransient(error)).toBe(true);
  });

  it('passes where the server says that it has too few replicas, or is busy', async () => {
    const replies = ['NOREPLICAS Not enough good replicas to write.', 'BUSY Redis is busy running a script.'];
    for (const reply of replies) {
      const script = `return redis.error_reply('${reply}')`;
      expect(target.isTransient(await failureOf(client.eval(script, 0)))).toBe(true);
    }
  });

  it.each([
    ['a command that there is not', (on: Redis) => on.call('NOTHING')],
    ['a command for another type', (on: Redis) => on.set('k', 'v').then(() => on.lpush('k', 'v'))],
    ['an error of the application', () => Promise.reject(new TypeError('no such property'))],
  ])('does not pass where it is %s', async (_, work) => {
    const error = await failureOf(work(client));
    expect(error).toBeDefined();
    expect(target.isTransient(error)).toBe(false);
  });

  it('of this library passes where it says so', () => {
    expect(target.isTransient(new WatchedKeyChangedError('c'))).toBe(true);
    expect(target.isTransient(new PlainWriteError('c', 'SET'))).toBe(false);
  });
});
