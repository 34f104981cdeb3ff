import { ChangeContext } from '@nestjs-flamingock/core';
import type { ChangeRun } from '@nestjs-flamingock/core/adapter';
import type { CommonRedisOptions, Redis } from 'ioredis';
import { describeOn } from '../../../../test/support/services/describe-on.js';
import { clientOf, Keyspace } from '../fixtures/keyspace.js';
import { PipelineReplyError, TransactionDiscardedError } from '../redis.errors.js';

const RUN: ChangeRun = { service: 's', changeId: 'warm-cache', executionId: 'e', operation: 'EXECUTE' };

const repliesOf = (error: unknown) => (error as PipelineReplyError).replies;

/** Three commands, of which the second fails. */
const ways: [string, (client: Redis) => Promise<unknown>][] = [
  ['a pipeline', (client) => client.pipeline().incr('n').lpush('text', 'x').incr('n').exec()],
  [
    'a pipeline of a list',
    (client) =>
      client
        .pipeline([
          ['incr', 'n'],
          ['lpush', 'text', 'x'],
          ['incr', 'n'],
        ])
        .exec(),
  ],
  ['a transaction', (client) => client.multi().incr('n').lpush('text', 'x').incr('n').exec()],
  [
    'a transaction of a list',
    (client) =>
      client
        .multi([
          ['incr', 'n'],
          ['lpush', 'text', 'x'],
          ['incr', 'n'],
        ])
        .exec(),
  ],
];

await describeOn(['redis'], 'exec() inside a change', ({ redis }) => {
  let keyspace: Keyspace;
  let app: Redis;

  async function open(options: Omit<CommonRedisOptions, 'scripts'> = {}): Promise<void> {
    app = keyspace.connect(options) as Redis;
    await app.set('text', 'no list');
  }
  const run = (work: (client: Redis) => unknown) =>
    keyspace.target({}, app).run(RUN, async (handles) => {
      await work(clientOf(handles));
    });
  const failure = async (work: (client: Redis) => unknown): Promise<PipelineReplyError> => {
    const error: unknown = await run(work).then(
      () => undefined,
      (reason: unknown) => reason,
    );
    expect(error).toBeInstanceOf(PipelineReplyError);
    return error as PipelineReplyError;
  };

  beforeEach(() => (keyspace = new Keyspace(redis)));
  afterEach(() => keyspace.remove());

  it.each(ways)('rejects with the command and its reply: %s', async (_what, send) => {
    await open();
    const error = await failure(send);
    expect(error.message).toContain(
      `command 2 of 3, LPUSH ${keyspace.prefix}text, failed: WRONGTYPE Operation against a key`,
    );
    expect(error).toMatchObject({
      changeId: 'warm-cache',
      cause: { message: expect.stringMatching(/^WRONGTYPE/) },
    });
    expect(await app.get('n')).toBe('2');
  });

  it.each(ways)('keeps the replies for whoever wants to look at them: %s', async (_what, send) => {
    await open();
    let replies: unknown;
    await run(async (client) => {
      replies = await send(client).catch(repliesOf);
    });
    expect(replies).toEqual([[null, 1], [expect.any(Error)], [null, 2]]);
  });

  it('rejects for a service of the application that uses the client', async () => {
    await open();
    await failure(() => app.pipeline().lpush('text', 'x').exec());
  });

  it('rejects for a transaction that is sent command by command, and for one within a pipeline', async () => {
    await open();
    const single = await failure(async (client) => {
      await client.multi({ pipeline: false });
      await client.lpush('text', 'x');
      await client.exec();
    });
    expect(single.message).toMatch(/command 1 of 1 failed: WRONGTYPE/);
    const nested = await failure((client) => {
      const pipeline = (client.pipeline() as unknown as Redis).multi();
      void pipeline.lpush('text', 'x').exec();
      return pipeline.exec();
    });
    expect(nested.message).toMatch(/command 3 of 3, EXEC, failed: WRONGTYPE/);
  });

  it('says how many failed besides the first', async () => {
    await open();
    const batch = (client: Redis) =>
      client.pipeline().lpush('text', 'x').lpush('text', 'y').incr('text').exec();
    expect((await failure(batch)).message).toMatch(/command 1 of 3, LPUSH .* failed: .*, and 2 more\./);
  });

  it('rejects where a watched key was changed, so that nothing was run', async () => {
    await open();
    const other = keyspace.connect();
    const running = run(async (client) => {
      await client.watch('n');
      await other.set('n', '7');
      await client.multi().set('text', 'y').exec();
    });
    await expect(running).rejects.toBeInstanceOf(TransactionDiscardedError);
    expect(await app.get('text')).toBe('no list');
  });

  it('gives replies as ever to a callback, to what is detached, and outside of changes', async () => {
    await open();
    const batch = (client: Redis) => client.pipeline().lpush('text', 'x');
    const seen: unknown[] = [];
    await run(async (client) => {
      await batch(client).exec((_, replies) => seen.push(replies));
      seen.push(await ChangeContext.detached(() => batch(client).exec()));
      seen.push(
        await batch(client)
          .incr('n')
          .exec()
          .catch((error: unknown) => repliesOf(error).slice(0, 1)),
      );
    });
    seen.push(await batch(app).exec());
    expect(seen).toEqual(Array(4).fill([[expect.any(Error)]]));
  });

  it('resolves where every command has an answer, a list or nothing at all', async () => {
    await open();
    const batch = (client: Redis) =>
      client.pipeline().get('none').lrange('none', 0, -1).mget('text', 'none').exec();
    let replies: unknown;
    await run(async (client) => {
      replies = await batch(client);
      expect(await client.pipeline().exec()).toEqual([]);
    });
    expect(replies).toEqual([
      [null, null],
      [null, []],
      [null, ['no list', null]],
    ]);
  });

  it('rejects on a client that pipelines automatically, each command of which has a promise of its own', async () => {
    await open({ enableAutoPipelining: true });
    await failure((client) => client.pipeline().lpush('text', 'x').exec());
    let results: PromiseSettledResult<unknown>[] = [];
    await run(async (client) => {
      results = await Promise.allSettled([client.incr('n'), client.lpush('text', 'x')]);
    });
    expect(results.map(({ status }) => status)).toEqual(['fulfilled', 'rejected']);
  });

  it('fails a transactional change whose pipeline of reads did not read all', async () => {
    await open();
    const outcome = await keyspace.target({}, app).transaction(RUN, async (handles) => {
      await clientOf(handles).pipeline().get('text').lrange('text', 0, -1).exec();
    });
    expect(outcome).toMatchObject({ status: 'rolled-back', error: expect.any(PipelineReplyError) });
  });
});

await describeOn(['rediscluster'], 'exec() inside a change on a Cluster', ({ rediscluster }) => {
  it.each(ways)('rejects with the command and its reply: %s', async (_what, send) => {
    const keyspace = new Keyspace(rediscluster, 'cluster');
    try {
      const client = keyspace.connect();
      await client.set('text', 'no list');
      const running = keyspace.target({}, client).run(RUN, async (handles) => {
        await send(clientOf(handles));
      });
      await expect(running).rejects.toThrow(
        `command 2 of 3, LPUSH ${keyspace.prefix}text, failed: WRONGTYPE`,
      );
    } finally {
      await keyspace.remove();
    }
  });
});
