import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import {
  isTransactional,
  nodeHost,
  type AdapterHost,
  type Marker,
  type TargetSystem,
  type TransactionalTargetSystem,
} from '@nestjs-flamingock/core/adapter';
import { openSearchTargetSystem, SearchIndices } from '@nestjs-flamingock/opensearch';
import { Client } from '@opensearch-project/opensearch';
import type { Bench } from '../harness/bench.js';
import { comparison, ratioAim, type Section } from '../harness/section.js';
import { Servers } from '../harness/servers.js';

/** Documents of one request when the index that is copied is filled. */
const BATCH = 5_000;
/** Pause between two looks at the bare task. */
const LOOK_MS = 25;
const SETTINGS = { number_of_shards: 1, number_of_replicas: 0, refresh_interval: '-1' };
const PROPERTIES = { name: { type: 'text' }, code: { type: 'keyword' }, price: { type: 'long' } } as const;
const MAPPINGS = { dynamic: 'strict', properties: PROPERTIES } as const;
const HOLD = { service: 'bench', token: 1, owner: 'bench' };
const MARKER: Marker = { ...HOLD, changeId: 'copy', executionId: 'run', operation: 'EXECUTE' };

/** An index that is copied, and the alias that it is found by. */
interface Copied {
  readonly client: Client;
  readonly prefix: string;
  readonly count: number;
}

/** A reindex without downtime, as the guide has it, as one change; and a bare `_reindex` task of the same documents. */
export async function opensearch(bench: Bench): Promise<Section> {
  const count = bench.quick ? 5_000 : 100_000;
  const client = new Client({ node: await new Servers().url('opensearch'), requestTimeout: 600_000 });
  const copied = { client, prefix: `bench-${randomUUID()}`, count };
  const ours = { title: 'a reindex as one change', copy: inChange };
  const bare = { title: 'a bare _reindex task', copy: byHand };
  try {
    await fill(copied);
    const figures = await bench.interleave([ours, bare], async ({ copy }) => {
      const begin = performance.now();
      const index = await copy(copied);
      const ms = performance.now() - begin;
      await takeBack(copied, index);
      return ms;
    });
    const aims = [ratioAim(figures, ours, 1.1, bare)];
    return comparison(`OpenSearch: a reindex of ${count} documents`, figures, ours, aims);
  } finally {
    await remove(copied);
    await client.close();
  }
}

async function fill({ client, prefix, count }: Copied): Promise<void> {
  const index = `${prefix}-source`;
  const aliases = { [prefix]: {} };
  await client.indices.create({ index, body: { settings: SETTINGS, mappings: MAPPINGS, aliases } });
  for (let from = 0; from < count; from += BATCH) {
    const body = Array.from({ length: BATCH }, (_, at) => [
      { index: { _id: String(from + at) } },
      { name: `Product number ${from + at} of the catalog`, code: `p-${from + at}`, price: from + at },
    ]).flat();
    await client.bulk({ index, body });
  }
  await client.indices.refresh({ index });
}

/** As with a run: probe, claim, change. */
async function inChange({ client, prefix }: Copied): Promise<string> {
  const target = await targetOn(client, prefix);
  await target.markers.prepare();
  await target.markers.claim(HOLD);
  const context = { progress: (): void => undefined, signal: new AbortController().signal };
  let index = '';
  const { status } = await target.transaction(
    MARKER,
    async (handles) => {
      const indices = handles.get(SearchIndices) as SearchIndices;
      index = await indices.create(prefix, { settings: SETTINGS, mappings: MAPPINGS });
      await indices.reindex(`${prefix}-source`, index, { context });
      await indices.configure(index, { refresh_interval: null });
      await indices.swap(prefix, index);
    },
    MARKER,
  );
  await target.close?.();
  if (status !== 'committed') throw new Error(`the change was ${status}`);
  return index;
}

async function targetOn(client: Client, prefix: string): Promise<TransactionalTargetSystem> {
  const { useFactory } = openSearchTargetSystem('search', { client, controlIndex: `.${prefix}` });
  const make = useFactory as (host: AdapterHost) => TargetSystem | Promise<TargetSystem>;
  const target = await make(nodeHost);
  if (!isTransactional(target)) throw new Error('its changes have no transactions');
  return target;
}

/** As a task: waited for in one request, a hundred thousand documents make an answer whose head Node refuses. */
async function byHand({ client, prefix }: Copied): Promise<string> {
  const index = `${prefix}-bare`;
  await client.indices.create({ index, body: { settings: SETTINGS, mappings: MAPPINGS } });
  const { body } = await client.reindex({
    ...{ wait_for_completion: false, refresh: true, slices: 'auto' },
    body: { source: { index: `${prefix}-source` }, dest: { index } },
  });
  const { task = '' } = body as { readonly task?: string };
  while (!(await client.tasks.get({ task_id: task })).body.completed) await sleep(LOOK_MS);
  return index;
}

/** Removes what was copied, and gives the alias back. */
async function takeBack({ client, prefix, count }: Copied, index: string): Promise<void> {
  const { body } = await client.count({ index });
  if (body.count !== count) throw new Error(`${body.count} documents were copied instead of ${count}`);
  await client.indices.delete({ index });
  await client.indices.putAlias({ index: `${prefix}-source`, name: prefix });
}

async function remove({ client, prefix }: Copied): Promise<void> {
  for (const pattern of [`${prefix}*`, `.${prefix}*`]) {
    const { body } = await client.indices.get({ index: pattern, expand_wildcards: 'all' });
    for (const index of Object.keys(body)) await client.indices.delete({ index });
  }
}
