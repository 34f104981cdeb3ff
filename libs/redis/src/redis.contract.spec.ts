import {
  partialEffectContract,
  transactionalTargetContract,
  type PartialBackend,
} from '@nestjs-flamingock/testing';
import { describeOn } from '../../../test/support/services/describe-on.js';
import { clientOf, collectorOf, Keyspace } from './fixtures/keyspace.js';
import { NotInTransactionError } from './redis.errors.js';

async function openTarget(keyspace: Keyspace): Promise<PartialBackend> {
  const reader = keyspace.connect();
  const target = keyspace.target();
  return {
    target,
    begin: (handles) => clientOf(handles).get('floating'),
    writeByService: async (key, value) => {
      await target.resource.set(key, value);
    },
    second: async () => keyspace.target(),
    write: async (handles, key, value) => {
      try {
        collectorOf(handles).set(key, value);
      } catch (error) {
        if (!(error instanceof NotInTransactionError)) throw error;
        await clientOf(handles).set(key, value);
      }
    },
    writeInVain: async (handles) => collectorOf(handles).blpop('k', 0),
    writeInPart: async (handles, kept, lost) => {
      collectorOf(handles).set(kept, 'a text').lpush(kept, 'no list').set(lost, 'v');
    },
    read: async (key) => (await reader.get(key)) ?? undefined,
    close: () => keyspace.remove(),
  };
}

await describeOn(['redis'], 'RedisTargetSystem', ({ redis }) => {
  const open = () => openTarget(new Keyspace(redis));
  for (const { title, run } of transactionalTargetContract(open)) it(title, run);
  for (const { title, run } of partialEffectContract(open)) it(title, run);
});

await describeOn(['valkey'], 'RedisTargetSystem on Valkey', ({ valkey }) => {
  const open = () => openTarget(new Keyspace(valkey));
  for (const { title, run } of transactionalTargetContract(open)) it(title, run);
  for (const { title, run } of partialEffectContract(open)) it(title, run);
});

await describeOn(['rediscluster'], 'RedisTargetSystem on a Cluster', ({ rediscluster }) => {
  const open = () => openTarget(new Keyspace(rediscluster, 'cluster'));
  for (const { title, run } of transactionalTargetContract(open)) it(title, run);
  for (const { title, run } of partialEffectContract(open)) it(title, run);
});
