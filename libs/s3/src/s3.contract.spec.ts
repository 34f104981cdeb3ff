import { GetObjectCommand, PutObjectCommand } from '@aws-sdk/client-s3';
import { transactionalTargetContract, type TargetBackend } from '@nestjs-flamingock/testing';
import { describeOn } from '../../../test/support/services/describe-on.js';
import { objectsOf, OwnBucket } from './fixtures/own-bucket.js';

async function openTarget(url: string, prefix: string): Promise<TargetBackend> {
  const bucket = await OwnBucket.create(url);
  const reader = bucket.connect();
  const target = bucket.target(undefined, { prefix });
  const at = (key: string) => ({ Bucket: bucket.name, Key: prefix + key });
  return {
    target,
    writeByService: async (key, value) => {
      await target.resource.send(new PutObjectCommand({ ...at(key), Body: value }));
    },
    second: async () => bucket.target(undefined, { prefix }),
    write: (handles, key, value) => objectsOf(handles).put(key, value),
    writeInVain: (handles) => objectsOf(handles).copy('absent', 'k'),
    read: (key) =>
      reader.send(new GetObjectCommand(at(key))).then(
        ({ Body }) => Body?.transformToString(),
        () => undefined,
      ),
    close: () => bucket.remove(),
  };
}

await describeOn(['seaweedfs'], 'S3TargetSystem', ({ seaweedfs }) => {
  for (const { title, run } of transactionalTargetContract(() => openTarget(seaweedfs, ''))) it(title, run);
});

await describeOn(['seaweedfs'], 'S3TargetSystem below a prefix', ({ seaweedfs }) => {
  for (const { title, run } of transactionalTargetContract(() => openTarget(seaweedfs, 'a/b c/')))
    it(title, run);
});
