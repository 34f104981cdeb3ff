import { CopyObjectCommand, PutObjectCommand, type S3Client } from '@aws-sdk/client-s3';
import { FencedError } from '@nestjs-flamingock/core';
import type { ChangeRun, TransactionOutcome } from '@nestjs-flamingock/core/adapter';
import { holdOf } from '@nestjs-flamingock/testing';
import { describeOn } from '../../../../test/support/services/describe-on.js';
import { TcpProxy } from '../../../../test/support/tcp-proxy.js';
import type { S3Objects } from '../change/s3-objects.js';
import { objectsOf, OwnBucket } from '../fixtures/own-bucket.js';
import { holdBack, requestsOf, watchRequests } from '../fixtures/watched-requests.js';
import { RollForwardError, UnconfirmedWriteError } from '../s3.errors.js';
import type { S3TargetSystem } from './s3.target-system.js';

const RUN: ChangeRun = { service: 's', changeId: 'new-logo', executionId: 'e', operation: 'EXECUTE' };
const marker = (token: number, changeId = RUN.changeId) => ({ ...RUN, changeId, ...holdOf(token, 's') });

await describeOn(['seaweedfs'], 'a commit on S3', ({ seaweedfs }) => {
  let bucket: OwnBucket;
  let client: S3Client;
  let target: S3TargetSystem;
  beforeEach(async () => {
    bucket = await OwnBucket.create(seaweedfs);
    client = bucket.connect();
    target = bucket.target(client);
    await target.markers.prepare();
  });
  afterEach(() => bucket.remove());

  const change = (
    work: (objects: S3Objects) => Promise<unknown>,
    { on = target, token = 1, changeId = RUN.changeId } = {},
  ): Promise<TransactionOutcome> =>
    on.transaction(
      { ...RUN, changeId },
      async (handles) => {
        await work(objectsOf(handles));
      },
      marker(token, changeId),
    );
  const puts = (objects: S3Objects, keys: readonly string[], content = 'v') =>
    Promise.all(keys.map((key) => objects.put(key, content)));
  /** Keys of the bucket with their content. */
  const contents = async (): Promise<Record<string, string>> => {
    const found: Record<string, string> = {};
    await bucket.target().run(RUN, async (handles) => {
      for await (const { key } of objectsOf(handles).list()) {
        found[key] = String((await objectsOf(handles).get(key))?.content);
      }
    });
    return found;
  };
  const originOf = (proxy: TcpProxy): string => new URL(proxy.through(seaweedfs)).origin;
  const ownKeys = async (): Promise<string[]> =>
    (await bucket.keys()).filter((key) => !key.includes('manifests/'));

  it('sends at most two requests an object, and three', async () => {
    const requests = requestsOf(client);
    const keys = Array.from({ length: 40 }, (_, index) => `k${index}`);
    expect(await change((objects) => puts(objects, keys))).toEqual({ status: 'committed' });
    expect(requests.length).toBeLessThanOrEqual(2 * keys.length + 3);
    expect(Object.keys(await contents()).sort()).toEqual([...keys].sort());
    expect(await ownKeys()).toEqual(keys.sort());
  });

  it('has 16 requests on their way at a time', async () => {
    let [running, most] = [0, 0];
    client.middlewareStack.add(
      (next) => async (args) => {
        most = Math.max(most, (running += 1));
        return next(args).finally(() => (running -= 1));
      },
      { step: 'finalizeRequest' },
    );
    const keys = Array.from({ length: 80 }, (_, index) => `k${index}`);
    expect(await change((objects) => puts(objects, keys))).toEqual({ status: 'committed' });
    expect(most).toBe(16);
  });

  it('is its own where the SDK repeats a write whose answer was lost, and meets its own object', async () => {
    const proxy = await TcpProxy.before(seaweedfs);
    const far = bucket.target(bucket.connect({ endpoint: originOf(proxy) }));
    const outcome = await change(
      async (objects) => {
        await objects.put('k', 'v');
        proxy.meet(/PUT \S+manifests/, 'drop answer');
      },
      { on: far },
    );
    expect(outcome).toEqual({ status: 'committed' });
    expect(proxy.isArmed).toBe(false);
    expect(await contents()).toEqual({ k: 'v' });
    await proxy.close();
  });

  it.each([
    ['is found by the next reader, who puts its objects in place', 'drop answer', { k: 'v' }],
    ['leaves nothing where the request was lost', 'drop request', {}],
  ] as const)('whose answer is lost %s', async (_, treatment, left) => {
    const proxy = await TcpProxy.before(seaweedfs);
    const far = bucket.target(bucket.connect({ endpoint: originOf(proxy), maxAttempts: 1 }));
    const outcome = await change(
      async (objects) => {
        await objects.put('k', 'v');
        proxy.meet(/PUT \S+manifests/, treatment);
      },
      { on: far },
    );
    expect(outcome).toMatchObject({ status: 'unknown', error: expect.any(UnconfirmedWriteError) });
    const found = await target.markers.read(holdOf(1, 's'), RUN.changeId);
    expect(found !== undefined).toBe('k' in left);
    expect(await contents()).toEqual(left);
    await target.markers.claim(holdOf(2, 's'));
    expect(await ownKeys()).toEqual(Object.keys(left));
    await proxy.close();
  });

  it('that a later holder has shut out changes nothing, and leaves nothing', async () => {
    const outcome = await change(async (objects) => {
      await objects.put('k', 'v');
      await objects.delete('other');
      await bucket.target().markers.read(holdOf(2, 's'), RUN.changeId);
    });
    expect(outcome).toMatchObject({ status: 'rolled-back', error: expect.any(FencedError) });
    expect(await ownKeys()).toEqual([]);
  });

  it('of another service goes on beside it', async () => {
    const other = { ...marker(1), service: 'other' };
    const outcome = await change(async (objects) => {
      await objects.put('k', 'v');
      await bucket.target().transaction(RUN, async (handles) => objectsOf(handles).put('o', 'w'), other);
    });
    expect(outcome).toEqual({ status: 'committed' });
    expect(await contents()).toEqual({ k: 'v', o: 'w' });
    expect(await target.markers.list('other')).toEqual([other]);
  });

  it('whose objects could not be put in place is finished by whoever comes next', async () => {
    await change((objects) => puts(objects, ['gone', 'kept']), { changeId: 'first' });
    const failing = bucket.connect();
    watchRequests(failing, ({ operation, key }) => {
      if (operation === 'CopyObject' && key === 'b') throw new TypeError('no');
    });
    const outcome = await change(
      async (objects) => {
        await puts(objects, ['a', 'b', 'c'], 'w');
        await objects.delete('gone');
      },
      { on: bucket.target(failing) },
    );
    expect(outcome).toMatchObject({ status: 'unknown', error: expect.any(RollForwardError) });
    expect(await contents()).not.toHaveProperty('b');
    await bucket.target().markers.claim(holdOf(2, 's'));
    expect(await contents()).toEqual({ a: 'w', b: 'w', c: 'w', kept: 'v' });
    expect(await ownKeys()).toEqual(['a', 'b', 'c', 'kept']);
  });

  it.each([
    ['copies', 'CopyObject', 'k'],
    ['deletes', 'DeleteObject', 'd'],
  ])(
    'of a holder that stood still before it %s changes nothing that came after',
    async (_, operation, key) => {
      await change((objects) => puts(objects, ['d']), { changeId: 'first' });
      const slow = bucket.connect();
      const held = holdBack(slow, (request) => request.operation === operation && request.key === key);
      const running = change(
        async (objects) => {
          await objects.put('k', 'of the first');
          await objects.delete('d');
        },
        { on: bucket.target(slow) },
      );
      await held.reached;
      const next = bucket.target();
      expect(await next.markers.read(holdOf(2, 's'), RUN.changeId)).toEqual(marker(1));
      expect(await contents()).toEqual({ k: 'of the first' });
      const later = await change((objects) => puts(objects, ['k', 'd'], 'of the second'), {
        on: next,
        token: 2,
        changeId: 'later',
      });
      expect(later).toEqual({ status: 'committed' });
      held.leave();
      expect(await running).toEqual({ status: 'committed' });
      expect(await contents()).toEqual({ k: 'of the second', d: 'of the second' });
    },
  );

  it('spares an object that somebody else has written since it began to delete it', async () => {
    const Bucket = bucket.name;
    await client.send(new PutObjectCommand({ Bucket, Key: 'k', Body: 'old' }));
    const slow = bucket.connect();
    const held = holdBack(slow, ({ operation, key }) => operation === 'DeleteObject' && key === 'k');
    const target = bucket.target(slow);
    await target.markers.prepare();
    const running = change((objects) => objects.delete('k'), { on: target });
    await held.reached;
    await client.send(new PutObjectCommand({ Bucket, Key: 'k', Body: 'new' }));
    held.leave();
    expect(await running).toEqual({ status: 'committed' });
    expect(await contents()).toEqual({ k: 'new' });
  });

  it('takes its step though two others publish at the same moment', async () => {
    const others = [bucket.target(), bucket.target()];
    const outcomes = await Promise.all([
      change((objects) => objects.put('k', 'v')),
      ...others.map((other, index) =>
        other.transaction(RUN, async (handles) => objectsOf(handles).put(`o${index}`, 'v'), {
          ...marker(1),
          service: `other ${index}`,
        }),
      ),
    ]);
    expect(outcomes.map(({ status }) => status)).toEqual(['committed', 'committed', 'committed']);
    expect(await contents()).toEqual({ k: 'v', o0: 'v', o1: 'v' });
  }, 60_000);

  it('leaves an upload alone that a former holder may still commit, and removes what it cannot', async () => {
    const { reached, leave } = holdBack(
      client,
      ({ operation, key }) => operation === 'PutObject' && key.includes('manifests/'),
    );
    await bucket.target().markers.claim(holdOf(1, 's'));
    const running = change((objects) => objects.put('k', 'v'));
    await reached;
    await bucket.target().markers.claim(holdOf(1, 's'));
    expect(await ownKeys()).toHaveLength(1);
    await bucket.target().markers.claim(holdOf(2, 's'));
    expect(await ownKeys()).toEqual([]);
    leave();
    expect((await running).status).toBe('rolled-back');
  });

  it('keeps what it has copied when it is repeated', async () => {
    const requests = requestsOf(client);
    await change((objects) => objects.put('k', 'v'));
    await target.markers.claim(holdOf(2, 's'));
    await bucket.target(client).markers.claim(holdOf(3, 's'));
    expect(requests.filter(({ operation }) => operation === 'CopyObject')).toHaveLength(1);
    await client.send(
      new CopyObjectCommand({ Bucket: bucket.name, Key: 'l', CopySource: `${bucket.name}/k` }),
    );
    expect(await contents()).toEqual({ k: 'v', l: 'v' });
  });
});
