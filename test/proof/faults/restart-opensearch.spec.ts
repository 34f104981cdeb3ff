import { setTimeout as sleep } from 'node:timers/promises';
import { jest } from '@jest/globals';
import { openSearchTargetSystem, SearchIndices } from '@nestjs-flamingock/opensearch';
import { nodeHost, type Marker, type TransactionalTargetSystem } from '@nestjs-flamingock/core/adapter';
import { Client } from '@opensearch-project/opensearch';
import { describeOn } from '../../support/services/describe-on.js';
import { OwnServer } from '../../support/services/own-server.mjs';

jest.setTimeout(180_000);

const HOLD = { service: 'shop', token: 1, owner: 'one' };
const MARKER: Marker = { ...HOLD, changeId: 'rebuild', executionId: 'e', operation: 'EXECUTE' };
const COUNT = 400;

await describeOn(
  ['opensearch'],
  'an OpenSearch that is killed while it copies documents, and started again',
  () => {
    let server: OwnServer;
    let client: Client;

    beforeEach(async () => {
      server = await OwnServer.start('opensearch');
      client = new Client({ node: server.url, maxRetries: 0 });
      await client.indices.create({ index: 'one', body: { aliases: { all: {} } } });
      const body = Array.from({ length: COUNT }, (_, at) => [{ index: { _id: `${at}` } }, { at }]).flat();
      await client.bulk({ index: 'one', body });
    });
    afterEach(async () => {
      await client.close();
      await server.remove();
    });

    it('goes on with the documents that are missing, and has each once', async () => {
      const { useFactory } = openSearchTargetSystem('search', { client });
      const target = (await useFactory(nodeHost as never)) as unknown as TransactionalTargetSystem;
      let copied = 0;
      const context = { progress: (done: number) => (copied = done), signal: new AbortController().signal };
      const outcome = target.transaction(
        MARKER,
        async (handles) => {
          const indices = handles.get(SearchIndices) as SearchIndices;
          const index = await indices.create('all', { settings: { number_of_replicas: 0 } });
          const result = await indices.reindex('all', index, {
            ...{ context, slices: 1, batchSize: 20, requestsPerSecond: 50 },
          });
          expect(result).toEqual({ total: COUNT, created: COUNT });
          await indices.swap('all', index);
        },
        MARKER,
      );
      while (copied === 0) await sleep(20);
      await server.kill();
      await server.startAgain();
      expect(await outcome).toEqual({ status: 'committed' });
      expect((await client.count({ index: 'all' })).body.count).toBe(COUNT);
      expect(await target.markers.read(HOLD, 'rebuild')).toEqual(MARKER);
    });
  },
);
