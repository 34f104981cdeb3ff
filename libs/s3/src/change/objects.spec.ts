import { Readable } from 'node:stream';
import {
  GetObjectCommand,
  GetObjectTaggingCommand,
  HeadObjectCommand,
  ListObjectsV2Command,
  PutObjectCommand,
  type S3Client,
} from '@aws-sdk/client-s3';
import type { ChangeRun, Handles, TransactionOutcome } from '@nestjs-flamingock/core/adapter';
import { holdOf } from '@nestjs-flamingock/testing';
import { collectGarbage } from '../../../../test/support/collect-garbage.js';
import { describeOn } from '../../../../test/support/services/describe-on.js';
import { clientOf, objectsOf, OwnBucket } from '../fixtures/own-bucket.js';
import {
  ObjectMissingError,
  PreviousVersionUnknownError,
  S3KeyError,
  S3PlainWriteError,
} from '../s3.errors.js';
import type { S3TargetSystem } from '../target/s3.target-system.js';
import type { S3Objects } from './s3-objects.js';

const RUN: ChangeRun = { service: 's', changeId: 'new-logo', executionId: 'e', operation: 'EXECUTE' };
const MARKER = { ...RUN, ...holdOf(1, 's') };

let bucket: OwnBucket;
let client: S3Client;
let target: S3TargetSystem;
afterEach(() => bucket.remove());

async function open(url: string, options: { versions?: boolean } = {}): Promise<void> {
  bucket = await OwnBucket.create(url, options);
  client = bucket.connect();
  target = bucket.target(client, { prefix: 'shop/' });
}

const transaction = (
  work: (objects: S3Objects, handles: Handles) => Promise<unknown>,
  run: Partial<ChangeRun> = {},
): Promise<TransactionOutcome> =>
  target.transaction(
    { ...RUN, ...run },
    async (handles) => {
      await work(objectsOf(handles), handles);
    },
    {
      ...MARKER,
      ...run,
    },
  );
const committed = async (...args: Parameters<typeof transaction>): Promise<void> =>
  expect(await transaction(...args)).toEqual({ status: 'committed' });
async function failure(...args: Parameters<typeof transaction>): Promise<unknown> {
  const outcome = await transaction(...args);
  if (outcome.status !== 'rolled-back') throw new TypeError(`it ended as ${outcome.status}`);
  return outcome.error;
}
const at = (key: string) => ({ Bucket: bucket.name, Key: `shop/${key}` });
const textAt = async (key: string) =>
  (await client.send(new GetObjectCommand(at(key)))).Body?.transformToString();
const listed = async (objects: S3Objects, prefix?: string): Promise<string[]> => {
  const keys: string[] = [];
  for await (const { key } of objects.list(prefix)) keys.push(key);
  return keys;
};

await describeOn(['seaweedfs'], 'the objects of a change', ({ seaweedfs }) => {
  beforeEach(() => open(seaweedfs));

  it('have content, headers, metadata and tags once the change has committed', async () => {
    await committed(async (objects) => {
      await objects.put('logo.svg', '<svg/>', {
        contentType: 'image/svg+xml',
        cacheControl: 'max-age=60',
        metadata: { owner: 'marketing' },
        tags: { team: 'a b', 'cost&x': '1' },
      });
      await objects.put('bytes', Uint8Array.of(0, 255, 10));
      await objects.put('empty', '');
    });
    expect(await client.send(new HeadObjectCommand(at('logo.svg')))).toMatchObject({
      ContentType: 'image/svg+xml',
      CacheControl: 'max-age=60',
      Metadata: { owner: 'marketing' },
      ContentLength: 6,
    });
    const { TagSet = [] } = await client.send(new GetObjectTaggingCommand(at('logo.svg')));
    expect(Object.fromEntries(TagSet.map(({ Key, Value }) => [Key, Value]))).toEqual({
      team: 'a b',
      'cost&x': '1',
    });
    const { Body } = await client.send(new GetObjectCommand(at('bytes')));
    expect([...((await Body?.transformToByteArray()) ?? [])]).toEqual([0, 255, 10]);
    expect(await textAt('empty')).toBe('');
  });

  it('have any keys', async () => {
    const keys = ['a b+c%20.txt', 'ü/日本語', 'q?x=1&y#z', 'deep/er/est', "it's (1)!*"];
    await committed(async (objects) => {
      for (const key of keys) await objects.put(key, key);
      await objects.copy('a b+c%20.txt', 'copied ü+');
    });
    for (const key of keys) expect(await textAt(key)).toBe(key);
    expect(await textAt('copied ü+')).toBe('a b+c%20.txt');
  });

  it('are uploaded in parts where they are large, from a stream too', async () => {
    const piece = Buffer.alloc(1024 * 1024 + 1, 'x');
    const size = 40 * piece.length;
    await committed(async (objects) => {
      const pieces = Readable.from(Array.from({ length: 40 }, () => piece));
      await objects.put('large', pieces, { metadata: { a: 'b' } });
      expect((await objects.head('large'))?.bytes).toBe(size);
    });
    const found = await client.send(new HeadObjectCommand(at('large')));
    expect([found.ContentLength, found.Metadata]).toEqual([size, { a: 'b' }]);
  });

  it('whose stream fails are not there, nor anything else of the change', async () => {
    const broken = new RangeError('no more');
    async function* pieces() {
      yield Buffer.alloc(40 * 1024 * 1024);
      throw broken;
    }
    const error = await failure(async (objects) => {
      await objects.put('a', 'v');
      await objects.put('large', pieces());
    });
    expect(error).toBe(broken);
    expect(await bucket.keys()).toEqual([]);
  });

  it('are read by the change as it has written them, and by others as they were', async () => {
    await client.send(new PutObjectCommand({ ...at('kept'), Body: 'kept' }));
    await client.send(new PutObjectCommand({ ...at('changed'), Body: 'before' }));
    await client.send(new PutObjectCommand({ ...at('gone'), Body: 'before' }));
    await committed(async (objects) => {
      await objects.put('changed', 'after', { contentType: 'text/plain' });
      await objects.put('new', 'v');
      await objects.delete('gone');
      await objects.copy('changed', 'copy');
      await objects.put('undone', 'v');
      await objects.delete('undone');
      expect((await objects.get('changed'))?.content.toString()).toBe('after');
      expect(await objects.head('changed')).toMatchObject({
        key: 'changed',
        bytes: 5,
        contentType: 'text/plain',
      });
      expect(await objects.get('gone')).toBeUndefined();
      expect(await objects.head('never')).toBeUndefined();
      expect(await listed(objects)).toEqual(['changed', 'copy', 'kept', 'new']);
      expect(await listed(objects, 'c')).toEqual(['changed', 'copy']);
      await expect(objects.copy('gone', 'x')).rejects.toBeInstanceOf(ObjectMissingError);
      await expect(objects.copy('never', 'x')).rejects.toBeInstanceOf(ObjectMissingError);
      expect([await textAt('changed'), await textAt('gone')]).toEqual(['before', 'before']);
    });
    await target.run(RUN, async (handles) => {
      expect(await listed(objectsOf(handles))).toEqual(['changed', 'copy', 'kept', 'new']);
      expect((await objectsOf(handles).get('copy'))?.content.toString()).toBe('after');
    });
  });

  it('are listed over several pages', async () => {
    const keys = Array.from({ length: 1_005 }, (_, index) => `k${String(index).padStart(4, '0')}`);
    await committed((objects) => Promise.all(keys.map((key) => objects.put(key, ''))));
    await committed(async (objects) => {
      await objects.put('k0500a', '');
      await objects.delete('k0000');
      const own = [...keys.slice(1), 'k0500a'].sort();
      expect(await listed(objects)).toEqual(own);
    });
  }, 120_000);

  it('written side by side under one key are the last that was called', async () => {
    await committed((objects) =>
      Promise.all([objects.put('k', Buffer.alloc(8_000_000)), objects.put('k', 'second')]),
    );
    expect(await textAt('k')).toBe('second');
  });

  it.each([
    ['', 'empty'],
    ['.flamingock/manifests/1', 'belongs to this library'],
    ['x'.repeat(1_020), '1024 bytes'],
  ])('cannot have the key %j', async (key, why) => {
    const error = await failure((objects) => objects.put(key, 'v'));
    expect(error).toBeInstanceOf(S3KeyError);
    expect((error as Error).message).toContain(why);
  });

  it('act at once in a change without a transaction', async () => {
    await target.run(RUN, async (handles) => {
      const objects = objectsOf(handles);
      await objects.put('k', 'v', { metadata: { a: 'b' } });
      expect(await textAt('k')).toBe('v');
      await objects.copy('k', 'l');
      await objects.delete('k');
      await expect(objects.restorePrevious('k')).rejects.toBeInstanceOf(PreviousVersionUnknownError);
      await expect(objects.copy('k', 'm')).rejects.toBeInstanceOf(ObjectMissingError);
      expect(await objects.head('l')).toMatchObject({ metadata: { a: 'b' } });
    });
  });

  it('are only read while a change may only read', async () => {
    await client.send(new PutObjectCommand({ ...at('k'), Body: 'v' }));
    await target.run({ ...RUN, readOnly: true }, async (handles) => {
      const objects = objectsOf(handles);
      expect((await objects.get('k'))?.content.toString()).toBe('v');
      const readOnly = { code: 'FLAMINGOCK_READ_ONLY_STATEMENT' };
      await expect(objects.put('k', 'w')).rejects.toMatchObject(readOnly);
      await expect(client.send(new PutObjectCommand({ ...at('k'), Body: 'w' }))).rejects.toMatchObject(
        readOnly,
      );
    });
    expect(await textAt('k')).toBe('v');
  });
});

await describeOn(['seaweedfs'], "the application's client in a transactional change", ({ seaweedfs }) => {
  beforeEach(() => open(seaweedfs));

  it('reads', async () => {
    await client.send(new PutObjectCommand({ ...at('k'), Body: 'v' }));
    await committed(async (_, handles) => {
      const plain = clientOf(handles);
      const { Body } = await plain.send(new GetObjectCommand(at('k')));
      expect(await Body?.transformToString()).toBe('v');
      const { KeyCount } = await plain.send(
        new ListObjectsV2Command({ Bucket: bucket.name, Prefix: 'shop/k' }),
      );
      expect(KeyCount).toBe(1);
    });
  });

  it.each([
    ['lent', (handles: Handles) => clientOf(handles)],
    ['of a service', () => client],
  ])('refuses what writes, even if the change takes no notice of it: %s', async (_, clientFor) => {
    const error = await failure(async (objects, handles) => {
      await objects.put('staged', 'v');
      const put = new PutObjectCommand({ ...at('k'), Body: 'v' });
      await clientFor(handles)
        .send(put)
        .catch(() => undefined);
    });
    expect(error).toBeInstanceOf(S3PlainWriteError);
    expect(error).toMatchObject({ changeId: 'new-logo', operation: 'PutObject' });
    expect((error as Error).message).toMatch(/S3Objects[^]*transactional: false/);
    expect(await bucket.keys()).toEqual([]);
  });

  it('answers a callback, too', async () => {
    await committed(async (_, handles) => {
      const answer = await new Promise((resolve) =>
        clientOf(handles).send(new ListObjectsV2Command({ Bucket: bucket.name }), (error, found) =>
          resolve(error ?? found?.KeyCount),
        ),
      );
      expect(answer).toBe(0);
    });
  });

  it('does not disturb what the application does meanwhile and afterwards', async () => {
    let goOn: () => void = () => undefined;
    const gate = new Promise<void>((resolve) => (goOn = resolve));
    const running = transaction(() => gate);
    await client.send(new PutObjectCommand({ ...at('k'), Body: 'during' }));
    goOn();
    expect((await running).status).toBe('committed');
    await target.close();
    await collectGarbage(() => !Object.hasOwn(client, 'send'));
    expect(Object.hasOwn(client, 'send')).toBe(false);
    expect(await textAt('k')).toBe('during');
  });
});

await describeOn(['seaweedfs'], 'a bucket with versions', ({ seaweedfs }) => {
  beforeEach(() => open(seaweedfs, { versions: true }));
  const undo = { operation: 'UNDO' } as const;

  it('gives back at an undo what the change has replaced, deleted and added', async () => {
    for (const key of ['replaced', 'deleted']) {
      const old = { Body: `old ${key}`, Metadata: { a: 'b' } };
      await client.send(new PutObjectCommand({ ...at(key), ...old }));
    }
    await committed(async (objects) => {
      await objects.put('replaced', 'new');
      await objects.put('added', 'new');
      await objects.delete('deleted');
    });
    await client.send(new PutObjectCommand({ ...at('replaced'), Body: 'even newer' }));
    await committed(async (objects) => {
      for (const key of ['replaced', 'added', 'deleted']) await objects.restorePrevious(key);
      expect((await objects.get('replaced'))?.content.toString()).toBe('old replaced');
      await expect(objects.restorePrevious('other')).rejects.toMatchObject({
        code: 'FLAMINGOCK_S3_PREVIOUS_VERSION_UNKNOWN',
      });
    }, undo);
    expect([await textAt('replaced'), await textAt('deleted')]).toEqual(['old replaced', 'old deleted']);
    expect(await client.send(new HeadObjectCommand(at('replaced')))).toMatchObject({ Metadata: { a: 'b' } });
    await expect(textAt('added')).rejects.toMatchObject({ name: 'NoSuchKey' });
  });

  it('gives back what a change has only deleted', async () => {
    await client.send(new PutObjectCommand({ ...at('k'), Body: 'v' }));
    await committed((objects) => objects.delete('k'));
    await expect(textAt('k')).rejects.toMatchObject({ name: 'NoSuchKey' });
    await committed((objects) => objects.restorePrevious('k'), undo);
    expect(await textAt('k')).toBe('v');
  });
});

await describeOn(['seaweedfs'], 'a bucket without versions', ({ seaweedfs }) => {
  beforeEach(() => open(seaweedfs));

  it('has nothing to give back, which is said', async () => {
    await committed((objects) => objects.put('k', 'v'));
    const error = await failure((objects) => objects.restorePrevious('k'), { operation: 'UNDO' });
    expect(error).toBeInstanceOf(PreviousVersionUnknownError);
    expect((error as Error).message).toContain('the bucket had no versions');
  });
});
