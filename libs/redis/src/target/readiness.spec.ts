import { holdOf } from '@nestjs-flamingock/testing';
import { Redis } from 'ioredis';
import { OwnRedis } from '../../../../test/apps/redis/own-redis.mjs';
import { describeOn } from '../../../../test/support/services/describe-on.js';
import { collectorOf, Keyspace } from '../fixtures/keyspace.js';
import { NotAcknowledgedError, RedisOptionsError } from '../redis.errors.js';
import { resolveRedisOptions } from '../redis.options.js';

const RUN = { service: 's', changeId: 'c', executionId: 'e', operation: 'EXECUTE' } as const;
const MARKER = { ...RUN, ...holdOf(1, 's') };

describe('options', () => {
  it.each([
    { hashTag: '{a}' },
    { hashTag: '' },
    { waitReplicas: { count: 0, timeoutMs: 100 } },
    { waitReplicas: { count: 1, timeoutMs: 0 } },
    { waitAof: { count: -1, timeoutMs: 100 } },
  ])('that cannot work are refused: %j', (options) => {
    expect(() => resolveRedisOptions(options)).toThrow(RedisOptionsError);
  });
});

await describeOn(['redis'], 'a server', ({ redis }) => {
  let keyspace: Keyspace;
  let own: OwnRedis[] = [];
  const start = async (settings: Record<string, string | number>): Promise<OwnRedis> => {
    const server = await OwnRedis.start(settings);
    own.push(server);
    return server;
  };
  afterEach(async () => {
    await keyspace.remove();
    await Promise.all(own.map((server) => server.remove()));
    own = [];
  });

  it('with its default settings is good for transactional changes', async () => {
    keyspace = new Keyspace(redis);
    expect(await keyspace.target().checkTransactions()).toBeUndefined();
  });

  it('that evicts any key is not, and the reason names setting and remedy', async () => {
    const server = await start({ maxmemory: '100mb', 'maxmemory-policy': 'allkeys-lru' });
    keyspace = new Keyspace(server.url);
    const target = keyspace.target();
    expect(await target.checkTransactions()).toMatch(/allkeys-lru[^]*noeviction/);
    await expect(target.markers.prepare()).rejects.toThrow('runs no transactional changes');
  });

  it('that evicts only keys with an expiry is', async () => {
    const server = await start({ maxmemory: '100mb', 'maxmemory-policy': 'volatile-lru' });
    keyspace = new Keyspace(server.url);
    expect(await keyspace.target().checkTransactions()).toBeUndefined();
  });

  it('that is a replica is not', async () => {
    const primary = await start({});
    const replica = await start({ replicaof: `127.0.0.1 ${primary.port}` });
    keyspace = new Keyspace(replica.url);
    expect(await keyspace.target().checkTransactions()).toContain('read-only replica');
  });

  it('that has no memory left refuses a change whole', async () => {
    const server = await start({ maxmemory: 1, 'maxmemory-policy': 'noeviction' });
    keyspace = new Keyspace(server.url);
    const outcome = await keyspace
      .target()
      .transaction(RUN, async (handles) => void collectorOf(handles).del('a').set('k', 'v'), MARKER);
    expect(outcome.status).toBe('rolled-back');
  });

  it('that is not there is said so with its address within a bounded time', async () => {
    keyspace = new Keyspace('redis://127.0.0.1:1');
    const target = keyspace.target();
    expect(await target.checkTransactions()).toMatch(/127\.0\.0\.1:1\b[^]*Check that it is up/);
    await expect(target.markers.read(holdOf(1, 's'), 'c')).rejects.toThrow('127.0.0.1:1');
    await expect(target.run(RUN, () => Promise.resolve())).rejects.toThrow('127.0.0.1:1');
  });

  it('without WAITAOF is refused where that is asked for', async () => {
    keyspace = new Keyspace(redis);
    const client = keyspace.connect() as Redis;
    const knows = (await client.command('INFO', 'waitaof'))[0] !== null;
    const target = keyspace.target({ waitAof: { count: 0, timeoutMs: 1_000 } }, client);
    const objection = await target.checkTransactions();
    if (knows) expect(objection).toBeUndefined();
    else expect(objection).toContain('Redis 7.2');
  });

  it('counts a commit only once the replicas that are asked for have it', async () => {
    const primary = await start({ 'repl-diskless-sync-delay': 0 });
    keyspace = new Keyspace(primary.url);
    const target = keyspace.target({ waitReplicas: { count: 1, timeoutMs: 100 } });
    const write = (to = target) =>
      to.transaction(RUN, async (handles) => void collectorOf(handles).incr('k'), MARKER);
    expect(await write()).toMatchObject({ status: 'unknown', error: { name: 'NotAcknowledgedError' } });
    await expect(target.markers.read(holdOf(1, 's'), 'c')).rejects.toBeInstanceOf(NotAcknowledgedError);

    const replica = await start({ replicaof: `127.0.0.1 ${primary.port}` });
    const patient = keyspace.target({ waitReplicas: { count: 1, timeoutMs: 20_000 } });
    expect(await patient.markers.read(holdOf(1, 's'), 'c')).toEqual(MARKER);
    expect(await write(patient)).toEqual({ status: 'committed' });
    const follower = new Redis(replica.url);
    expect(await follower.get(`${keyspace.prefix}k`)).toBe('2');
    follower.disconnect();
  });
});
