import { readFileSync } from 'node:fs';
import { PutBucketPolicyCommand, PutObjectCommand } from '@aws-sdk/client-s3';
import type { ChangeRun } from '@nestjs-flamingock/core/adapter';
import { holdOf } from '@nestjs-flamingock/testing';
import { describeOn } from '../../../test/support/services/describe-on.js';
import { objectsOf, OwnBucket } from './fixtures/own-bucket.js';

const RUN: ChangeRun = { service: 's', changeId: 'new-logo', executionId: 'e', operation: 'EXECUTE' };

/** The policy of the guide for a bucket and a prefix, as one of the bucket itself. */
function documentedPolicy(bucket: string, prefix: string): string {
  const guide = readFileSync('docs/s3.md', 'utf8');
  const [, json = ''] = /```json\n([^]*?)```/.exec(guide) ?? [];
  const policy = JSON.parse(json.replaceAll('BUCKET', bucket).replaceAll('PREFIX', prefix)) as {
    Statement: object[];
  };
  const Principal = { AWS: ['arn:aws:iam::*:user/limited'] };
  return JSON.stringify({ ...policy, Statement: policy.Statement.map((one) => ({ ...one, Principal })) });
}

await describeOn(['seaweedfs'], 'a client with the rights of the guide', ({ seaweedfs }) => {
  let bucket: OwnBucket;
  beforeEach(async () => {
    bucket = await OwnBucket.create(seaweedfs);
    const Policy = documentedPolicy(bucket.name, 'shop/');
    await bucket.connect().send(new PutBucketPolicyCommand({ Bucket: bucket.name, Policy }));
  });
  afterEach(() => bucket.remove());
  const limited = () => {
    const { password } = new URL(seaweedfs);
    return bucket.connect({ credentials: { accessKeyId: 'limited', secretAccessKey: password } });
  };

  it('runs transactional changes of every kind', async () => {
    const root = bucket.connect();
    await root.send(new PutObjectCommand({ Bucket: bucket.name, Key: 'shop/old', Body: 'v' }));
    const target = bucket.target(limited(), { prefix: 'shop/' });
    expect(await target.checkTransactions()).toBeUndefined();
    await target.markers.claim(holdOf(1, 's'));
    const outcome = await target.transaction(
      RUN,
      async (handles) => {
        const objects = objectsOf(handles);
        await objects.put('a', 'v', { tags: { a: 'b' }, metadata: { c: 'd' } });
        await objects.put('large', Buffer.alloc(20 * 1024 * 1024));
        await objects.copy('a', 'b');
        await objects.delete('old');
        for await (const { key } of objects.list()) await objects.head(key);
      },
      { ...RUN, ...holdOf(1, 's') },
    );
    expect(outcome).toEqual({ status: 'committed' });
    expect(await target.markers.read(holdOf(2, 's'), RUN.changeId)).toBeDefined();
    await target.markers.clear(holdOf(2, 's'), [RUN.changeId]);
    const keys = (await bucket.keys()).filter((key) => !key.includes('.flamingock'));
    expect(keys).toEqual(['shop/a', 'shop/b', 'shop/large']);
  });

  it('is told what it may not do below another prefix, before anything runs', async () => {
    const target = bucket.target(limited(), { prefix: 'other/' });
    expect(await target.checkTransactions()).toMatch(
      /"other\/\.flamingock\/"[^]*AccessDenied[^]*credentials/,
    );
  });
});
