import { randomUUID } from 'node:crypto';
import {
  CreateBucketCommand,
  DeleteBucketCommand,
  DeleteObjectsCommand,
  ListObjectsV2Command,
  PutObjectCommand,
  S3Client,
} from '@aws-sdk/client-s3';
import {
  isTransactional,
  nodeHost,
  type AdapterHost,
  type Marker,
  type TargetSystem,
  type TransactionalTargetSystem,
} from '@nestjs-flamingock/core/adapter';
import { S3Objects, s3TargetSystem } from '@nestjs-flamingock/s3';
import type { Bench } from '../harness/bench.js';
import { comparison, ratioAim, type Section } from '../harness/section.js';
import { Servers } from '../harness/servers.js';

const COUNT = 1_000;
/** As many as the target system has on their way. */
const AT_ONCE = 16;
const CONTENT = Buffer.alloc(4_096, 'x');
const KEYS = Array.from({ length: COUNT }, (_, at) => `objects/${at}.bin`);
const HOLD = { service: 'bench', token: 1, owner: 'bench' };
const MARKER: Marker = { ...HOLD, changeId: 'upload', executionId: 'run', operation: 'EXECUTE' };

/** A thousand objects of 4 KiB, 16 requests at a time: in a change, and uploaded bare. */
export async function s3(bench: Bench): Promise<Section> {
  const client = clientFor(await new Servers().url('seaweedfs'));
  const ours = { title: 'a change of 1,000 objects', upload: inChange };
  const bare = { title: 'a bare upload', upload: byHand };
  const figures = await bench.interleave([ours, bare], async ({ upload }) => {
    const bucket = `bench-${randomUUID()}`;
    await client.send(new CreateBucketCommand({ Bucket: bucket }));
    const begin = performance.now();
    await upload(client, bucket);
    const ms = performance.now() - begin;
    await remove(client, bucket);
    return ms;
  });
  client.destroy();
  return comparison(`S3: ${COUNT} objects of 4 KiB`, figures, ours, [ratioAim(figures, ours, 2.5, bare)]);
}

/** As with a run: probe, claim, change. */
async function inChange(client: S3Client, bucket: string): Promise<void> {
  const target = await targetOn(client, bucket);
  await target.markers.prepare();
  await target.markers.claim(HOLD);
  const { status } = await target.transaction(
    MARKER,
    async (handles) => {
      const objects = handles.get(S3Objects) as S3Objects;
      await Promise.all(KEYS.map((key) => objects.put(key, CONTENT)));
    },
    MARKER,
  );
  await target.close?.();
  if (status !== 'committed') throw new Error(`the change was ${status}`);
}

async function targetOn(client: S3Client, bucket: string): Promise<TransactionalTargetSystem> {
  const { useFactory } = s3TargetSystem('assets', { client, bucket });
  const make = useFactory as (host: AdapterHost) => TargetSystem | Promise<TargetSystem>;
  const target = await make(nodeHost);
  if (!isTransactional(target)) throw new Error('its changes have no transactions');
  return target;
}

async function byHand(client: S3Client, bucket: string): Promise<void> {
  const keys = KEYS.values();
  const work = async (): Promise<void> => {
    for (const Key of keys) await client.send(new PutObjectCommand({ Bucket: bucket, Key, Body: CONTENT }));
  };
  await Promise.all(Array.from({ length: AT_ONCE }, work));
}

async function remove(client: S3Client, bucket: string): Promise<void> {
  for (;;) {
    const { Contents = [] } = await client.send(new ListObjectsV2Command({ Bucket: bucket }));
    if (Contents.length === 0) break;
    const Objects = Contents.map(({ Key }) => ({ Key }));
    await client.send(new DeleteObjectsCommand({ Bucket: bucket, Delete: { Objects, Quiet: true } }));
  }
  await client.send(new DeleteBucketCommand({ Bucket: bucket }));
}

function clientFor(url: string): S3Client {
  const { origin, username, password } = new URL(url);
  return new S3Client({
    endpoint: origin,
    region: 'us-east-1',
    forcePathStyle: true,
    credentials: { accessKeyId: username, secretAccessKey: password },
  });
}
