import { holdOf } from '@nestjs-flamingock/testing';
import { PartlyAppliedError } from '@nestjs-flamingock/core';
import type { ChangeRun, Handles, TransactionOutcome } from '@nestjs-flamingock/core/adapter';
import type { Redis } from 'ioredis';
import { describeOn } from '../../../../test/support/services/describe-on.js';
import { collectGarbage } from '../../../../test/support/collect-garbage.js';
import { clientOf, collectorOf, Keyspace } from '../fixtures/keyspace.js';
import type { RedisTargetSystem } from '../target/redis.target-system.js';
import {
  CollectorExecError,
  CommandFailedError,
  CommandNotCollectableError,
  CommandTooLongError,
  KeyOutsideHashTagError,
  NotInTransactionError,
  PlainWriteError,
  RedisUnreachableError,
  WatchedKeyChangedError,
} from '../redis.errors.js';

const RUN: ChangeRun = { service: 's', changeId: 'warm-cache', executionId: 'e', operation: 'EXECUTE' };

let keyspace: Keyspace;
let app: Redis;
let target: RedisTargetSystem;
afterEach(() => keyspace.remove());

function open(url: string, kind?: 'server' | 'cluster'): void {
  keyspace = new Keyspace(url, kind);
  app = keyspace.connect() as Redis;
  target = keyspace.target({}, app);
}

const change = (work: (handles: Handles) => unknown): Promise<TransactionOutcome> =>
  target.transaction(RUN, async (handles) => {
    await work(handles);
  });

async function failure(work: (handles: Handles) => unknown): Promise<unknown> {
  const outcome = await change(work);
  if (outcome.status !== 'rolled-back') throw new TypeError(`it ended as ${outcome.status}`);
  return outcome.error;
}

await describeOn(['redis'], 'the collector of a change', ({ redis }) => {
  beforeEach(() => open(redis));

  it('takes what ioredis takes: maps, objects, buffers, numbers, lists, its prefix, its raw call', async () => {
    const bytes = Buffer.from([0, 255, 10, 13, 36, 128]);
    await change((handles) => {
      collectorOf(handles)
        .mset({ a: 1, b: '2' })
        .hset('h', new Map([['f', 'v']]))
        .set(bytes, bytes)
        .sadd('s', ['x', 'y'])
        .call('SET', 'raw', 'r')
        .set('t', '')
        .getset('a', '3');
    });
    expect(await app.mget('a', 'b', 'raw', 't')).toEqual(['3', '2', 'r', '']);
    expect(await app.hgetall('h')).toEqual({ f: 'v' });
    expect(await app.getBuffer(bytes)).toEqual(bytes);
    expect(await app.scard('s')).toBe(2);
  });

  it('counts what it holds', async () => {
    await change((handles) => {
      const tx = collectorOf(handles);
      expect(tx.set('a', 1).del('b').length).toBe(2);
    });
  });

  it('applies a large transaction, and large values, whole', async () => {
    const large = 'x'.repeat(5_000_000);
    const outcome = await change((handles) => {
      const tx = collectorOf(handles);
      for (let index = 0; index < 30_000; index += 1) tx.hset('large', String(index), index);
      tx.set('value', large);
    });
    expect(outcome).toEqual({ status: 'committed' });
    expect(await app.hlen('large')).toBe(30_000);
    expect(await app.strlen('value')).toBe(large.length);
  });

  it('passes on as many arguments as Lua has room for, and refuses more with the remedy', async () => {
    const members = Array.from({ length: 7_898 }, (_, index) => index);
    const outcome = await change((handles) => {
      const tx = collectorOf(handles);
      tx.sadd('many', ...members);
      expect(() => tx.sadd('too-many', ...members, 'x')).toThrow(CommandTooLongError);
    });
    expect(outcome.status).toBe('committed');
    expect([await app.scard('many'), await app.exists('too-many')]).toEqual([7_898, 0]);
  });

  it.each<[string, (handles: Handles) => unknown]>([
    ['BLPOP', (handles) => collectorOf(handles).blpop('k', 1)],
    ['SUBSCRIBE', (handles) => collectorOf(handles).subscribe('c')],
    ['EVAL', (handles) => collectorOf(handles).eval('return 1', 0)],
    ['WAIT', (handles) => collectorOf(handles).call('wait', 1, 0)],
    ['WATCH', (handles) => collectorOf(handles).watch('k')],
    ['SELECT', (handles) => collectorOf(handles).select(3)],
    ['SWAPDB', (handles) => collectorOf(handles).swapdb(0, 1)],
    ['CONFIG', (handles) => collectorOf(handles).config('SET', 'maxmemory', '1')],
    ['GET', (handles) => collectorOf(handles).get('k')],
    ['NO.SUCH', (handles) => collectorOf(handles).call('NO.SUCH', 'k')],
  ])('refuses %s while it is collected', async (command, use) => {
    const error = await failure((handles) => {
      collectorOf(handles).set('k', 'v');
      use(handles);
    });
    expect(error).toBeInstanceOf(CommandNotCollectableError);
    expect(error).toMatchObject({ changeId: 'warm-cache', command });
    expect(await app.exists('k')).toBe(0);
  });

  it('refuses scripts of the application', async () => {
    app.defineCommand('twice', { numberOfKeys: 1, lua: "return redis.call('INCRBY', KEYS[1], 2)" });
    const error = await failure((handles) =>
      (collectorOf(handles) as unknown as { twice(key: string): void }).twice('k'),
    );
    expect(error).toMatchObject({ command: 'EVALSHA' });
  });

  it('is not executed by the change', async () => {
    expect(await failure((handles) => collectorOf(handles).exec())).toBeInstanceOf(CollectorExecError);
    const multi = (handles: Handles) => (collectorOf(handles) as unknown as Redis).multi();
    expect(await failure(multi)).toBeInstanceOf(CollectorExecError);
  });

  it('refuses everything in a change without a transaction, and says what to use', async () => {
    const running = target.run(RUN, async (handles) => void collectorOf(handles).set('k', 'v'));
    await expect(running).rejects.toBeInstanceOf(NotInTransactionError);
  });

  it('can publish', async () => {
    const subscriber = keyspace.connect() as Redis;
    await subscriber.subscribe(`${keyspace.prefix}news`);
    const heard = new Promise((resolve) => subscriber.once('message', (_, message) => resolve(message)));
    await change((handles) => collectorOf(handles).publish(`${keyspace.prefix}news`, 'warm'));
    expect(await heard).toBe('warm');
  });
});

await describeOn(['redis'], 'the client in a transactional change', ({ redis }) => {
  beforeEach(() => open(redis));

  it('reads what is there, not what the change has collected', async () => {
    await app.hset('h', { f: 'v' });
    const seen: unknown[] = [];
    await change(async (handles) => {
      collectorOf(handles).hset('h', 'g', 'w');
      const client = clientOf(handles);
      seen.push(await client.hgetall('h'), await client.ping());
      seen.push(await client.pipeline().hget('h', 'f').hlen('h').exec());
      // Only its subcommands say that they read.
      await client.object('ENCODING', 'h');
      for await (const keys of client.hscanStream('h')) seen.push(keys);
    });
    expect(seen).toEqual([
      { f: 'v' },
      'PONG',
      [
        [null, 'v'],
        [null, 1],
      ],
      ['f', 'v'],
    ]);
    expect(await app.hlen('h')).toBe(2);
  });

  const WRITES: [string, (client: Redis) => unknown][] = [
    ['SET', (client) => client.set('k', 'v')],
    ['SET', (client) => client.pipeline().set('k', 'v').get('k').exec()],
    ['MULTI', (client) => client.multi().set('k', 'v').exec()],
    ['EVAL', (client) => client.eval("return redis.call('SET', KEYS[1], 1)", 1, 'k')],
    ['PUBLISH', (client) => client.publish('c', 'm')],
    ['SELECT', (client) => client.select(1)],
    ['GETDEL', (client) => client.getdel('k')],
    ['SET', (client) => client.call('SET', 'k', 'v')],
  ];

  it.each(WRITES)('refuses %s, even if the change takes no notice of it: %s', async (command, write) => {
    const error = await failure(async (handles) => {
      collectorOf(handles).set('collected', 'v');
      await Promise.resolve(write(clientOf(handles))).catch(() => undefined);
    });
    expect(error).toBeInstanceOf(PlainWriteError);
    expect(error).toMatchObject({ changeId: 'warm-cache', command });
    expect((error as Error).message).toMatch(/InjectRedisTransaction[^]*transactional: false/);
    expect(await app.exists('k', 'collected')).toBe(0);
  });

  it.each(WRITES)("refuses %s of the application's services: %s", async (command, write) => {
    const error = await failure(() => Promise.resolve(write(app)).catch(() => undefined));
    expect(error).toMatchObject({ name: 'PlainWriteError', command });
    expect(await app.exists('k')).toBe(0);
  });

  it('does not disturb what the application does meanwhile and afterwards', async () => {
    let goOn: () => void = () => undefined;
    const gate = new Promise<void>((resolve) => (goOn = resolve));
    const running = change(() => gate);
    await app.set('k', 'during');
    expect(await app.get('k')).toBe('during');
    goOn();
    expect((await running).status).toBe('committed');
    await target.close();
    await collectGarbage(() => !Object.hasOwn(app, 'sendCommand'));
    expect(Object.hasOwn(app, 'sendCommand')).toBe(false);
    await app.set('k', 'after');
  });

  it('refuses reads of what the change has left behind', async () => {
    let late: Promise<unknown> | undefined;
    let begin: () => void = () => undefined;
    const gate = new Promise<void>((resolve) => (begin = resolve));
    await change(() => {
      late = gate.then(() => app.get('k'));
    });
    begin();
    await expect(late).rejects.toThrow('Change "warm-cache" has ended');
  });

  it('uses the database that the client has selected', async () => {
    await app.select(3);
    await change(async (handles) => {
      collectorOf(handles).set('k', 'v');
      expect(await clientOf(handles).get('k')).toBeNull();
    });
    expect(await app.get('k')).toBe('v');
  });

  it('reads, and refuses writes, where commands are pipelined automatically', async () => {
    const client = keyspace.connect({ enableAutoPipelining: true }) as Redis;
    target = keyspace.target({}, client);
    await client.set('k', 'v');
    const error = await failure(async (handles) => {
      expect(await clientOf(handles).get('k')).toBe('v');
      await clientOf(handles).set('k', 'w');
    });
    expect(error).toBeInstanceOf(PlainWriteError);
  });

  it('is waited for where it connects lazily and queues nothing', async () => {
    target = keyspace.target({}, keyspace.connect({ lazyConnect: true, enableOfflineQueue: false }));
    expect(await change((handles) => collectorOf(handles).set('k', 'v'))).toEqual({ status: 'committed' });
  });

  it('that the application has closed is said to be closed', async () => {
    app.disconnect();
    await target.close();
    const error = await failure(() => undefined);
    expect(error).toBeInstanceOf(RedisUnreachableError);
    expect((error as Error).message).toContain('closed its client');
  });
});

await describeOn(['redis'], 'a watched key', ({ redis }) => {
  beforeEach(() => open(redis));

  const doubled = async (handles: Handles, meanwhile?: () => Promise<unknown>): Promise<void> => {
    const client = clientOf(handles);
    await client.watch('count');
    const count = Number(await client.get('count'));
    await meanwhile?.();
    collectorOf(handles).set('count', count * 2);
  };

  it('that nobody changes lets the change take effect', async () => {
    await app.set('count', 21);
    expect(await change((handles) => doubled(handles))).toEqual({ status: 'committed' });
    expect(await app.get('count')).toBe('42');
  });

  it('lets the change take effect though the server has forgotten its scripts meanwhile', async () => {
    await app.set('count', 21);
    const other = keyspace.connect() as Redis;
    const outcome = await change((handles) => doubled(handles, () => other.script('FLUSH')));
    expect(outcome).toEqual({ status: 'committed' });
    expect(await app.get('count')).toBe('42');
  });

  it('that somebody changes keeps all of the change away', async () => {
    await app.set('count', 21);
    const other = keyspace.connect() as Redis;
    const error = await failure((handles) => doubled(handles, () => other.set('count', 5)));
    expect(error).toBeInstanceOf(WatchedKeyChangedError);
    expect(await app.get('count')).toBe('5');
  });

  it('is watched no longer than its change, whether that fails or not', async () => {
    await app.set('count', 1);
    await failure(async (handles) => {
      await doubled(handles);
      throw new TypeError('no');
    });
    await app.set('count', 2);
    expect((await change((handles) => collectorOf(handles).set('k', 'v'))).status).toBe('committed');
    expect((await change((handles) => doubled(handles))).status).toBe('committed');
    expect(await app.get('count')).toBe('4');
  });

  it('keeps the change away where the connection that watches it is lost', async () => {
    await app.set('count', 21);
    const other = keyspace.connect() as Redis;
    const error = await failure(async (handles) => {
      await doubled(handles, async () => {
        const ids = await idsOfWatchers(other);
        for (const id of ids) await other.client('KILL', 'ID', id);
      });
    });
    expect(error).toBeInstanceOf(Error);
    expect(await app.get('count')).toBe('21');
  });

  async function idsOfWatchers(client: Redis): Promise<string[]> {
    const list = (await client.client('LIST')) as string;
    const lines = list.split('\n').filter((line) => line.includes(' cmd=watch '));
    return lines.map((line) => /^id=(\d+)/.exec(line)?.[1] ?? '');
  }
});

await describeOn(['redis'], 'a command that fails at the commit', ({ redis }) => {
  beforeEach(() => open(redis));

  it('leaves nothing where it is the first', async () => {
    await app.set('text', 'v');
    const error = await failure((handles) => collectorOf(handles).lpush('text', 'x').set('k', 'v'));
    expect(error).toBeInstanceOf(CommandFailedError);
    expect((error as Error).message).toMatch(/command 1 of 2, LPUSH \S+text, failed: WRONGTYPE/);
    expect(await app.exists('k')).toBe(0);
  });

  it('is told, with how far the change came, where it comes later', async () => {
    const outcome = await change((handles) => {
      collectorOf(handles).set('a', 1).set('b', 2).hincrby('a', 'f', 1).set('c', 3);
    });
    expect(outcome).toMatchObject({ status: 'partly-applied', error: { changeId: 'warm-cache' } });
    if (outcome.status === 'committed') throw new TypeError('it is');
    expect(outcome.error).toBeInstanceOf(PartlyAppliedError);
    expect((outcome.error as Error).message).toMatch(/command 3 of 4, HINCRBY \S+a, failed: WRONGTYPE/);
    expect(await app.mget('a', 'b', 'c')).toEqual(['1', '2', null]);
  });

  it('keeps its marker where the change empties the database', async () => {
    const own = keyspace.connect({ db: 9 }) as Redis;
    target = keyspace.target({}, own);
    const marker = { ...RUN, ...holdOf(4, 's') };
    await target.transaction(
      RUN,
      async (handles) => void collectorOf(handles).flushdb().set('k', 'v'),
      marker,
    );
    expect(await target.markers.read(holdOf(4, 's'), 'warm-cache')).toEqual(marker);
    await expect(target.markers.read(holdOf(3, 's'), 'warm-cache')).rejects.toThrow('later holder');
    await own.del('k', 'flamingock:fences', 'flamingock:markers');
  });
});

await describeOn(['rediscluster'], 'a change on a Cluster', ({ rediscluster }) => {
  beforeEach(() => open(rediscluster, 'cluster'));

  it('refuses commands whose keys may be on another node, while they are collected', async () => {
    const client = keyspace.connect({ keyPrefix: '' }) as Redis;
    target = keyspace.target({ hashTag: 'catalog' }, client);
    for (const use of [
      (handles: Handles) => collectorOf(handles).set('prices', 1),
      (handles: Handles) => collectorOf(handles).mset('{catalog}:a', 1, '{other}:b', 2),
      (handles: Handles) => collectorOf(handles).flushall(),
      (handles: Handles) => clientOf(handles).watch('prices'),
    ]) {
      const error = await failure(use);
      expect(error).toBeInstanceOf(KeyOutsideHashTagError);
      expect((error as Error).message).toContain('{catalog}');
    }
    const outcome = await change((handles) => collectorOf(handles).set(`{catalog}:${keyspace.prefix}`, 1));
    expect(outcome.status).toBe('committed');
    await client.del(`{catalog}:${keyspace.prefix}`);
  });

  it('is refused before anything runs where no hash tag is given', async () => {
    target = keyspace.target({}, keyspace.connect({ keyPrefix: '' }));
    expect(await target.checkTransactions()).toContain('hashTag');
    await expect(target.markers.prepare()).rejects.toThrow(
      'runs no transactional changes: on a Redis Cluster',
    );
  });

  it('runs where the hash tag is in the prefix of the client', async () => {
    expect(await target.checkTransactions()).toBeUndefined();
  });

  it('watches keys and reads through pipelines', async () => {
    await app.set('count', 21);
    const outcome = await change(async (handles) => {
      await clientOf(handles).watch('count');
      const [[, count] = []] = (await clientOf(handles).pipeline().get('count').exec()) ?? [];
      collectorOf(handles).set('count', Number(count) * 2);
    });
    expect(outcome.status).toBe('committed');
    expect(await app.get('count')).toBe('42');
  });
});
