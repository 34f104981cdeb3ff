import type { ChangeRun, Handles, TransactionOutcome } from '@nestjs-flamingock/core/adapter';
import { describeOn } from '../../../../test/support/services/describe-on.js';
import { clientOf, indicesOf, SearchSpace } from '../fixtures/search-space.js';
import type { OpenSearchTargetSystem } from '../target/opensearch.target-system.js';

const RUN: ChangeRun = { service: 'shop', changeId: 'add-price', executionId: 'e', operation: 'EXECUTE' };
const MAPPINGS = { dynamic: 'strict', properties: { name: { type: 'keyword' }, price: { type: 'long' } } };
const ONE_SHARD = { number_of_shards: 1, number_of_replicas: 0 };

/** The error of a change that was rolled back. */
function errorOf(outcome: TransactionOutcome): unknown {
  return outcome.status === 'rolled-back' ? outcome.error : outcome.status;
}

await describeOn(['opensearch'], 'a transactional change', ({ opensearch }) => {
  let space: SearchSpace;
  let target: OpenSearchTargetSystem;
  let alias: string;
  let seed: string;

  beforeEach(async () => {
    space = new SearchSpace(opensearch);
    target = space.target();
    alias = space.name('products');
    seed = await space.seed('products', [
      { name: 'pen', cost: 1 },
      { name: 'ink', cost: 2 },
    ]);
  });
  afterEach(() => space.remove());

  const transact = (work: (handles: Handles) => Promise<void>, by = target, changeId = RUN.changeId) => {
    const hold = { token: 1, owner: 'one' };
    return by.transaction({ ...RUN, changeId }, work, { ...RUN, changeId, ...hold });
  };
  const rebuild = async (handles: Handles): Promise<string> => {
    const indices = indicesOf(handles);
    const index = await indices.create(alias, { settings: ONE_SHARD, mappings: MAPPINGS });
    const script = { lang: 'painless', source: 'ctx._source.price = ctx._source.remove("cost") * 100' };
    await indices.reindex(alias, index, { script });
    await indices.swap(alias, index);
    return index;
  };
  const found = async (): Promise<unknown[]> => {
    const { body } = await space.client.search({ index: alias });
    return body.hits.hits.map((hit) => hit._source as unknown);
  };

  it('builds an index that no wildcard finds, and moves the alias to it at the end', async () => {
    let index = '';
    const outcome = await transact(async (handles) => {
      index = await rebuild(handles);
      expect(await space.places(alias)).toEqual([seed]);
      const { body } = await space.client.search({ index: `${alias}*` });
      expect(body.hits.hits.map((hit) => hit._index)).toEqual([seed, seed]);
    });
    expect(outcome).toEqual({ status: 'committed' });
    expect(index.startsWith(`${alias}-add-price-1-`)).toBe(true);
    expect(await space.places(alias)).toEqual([index]);
    expect(await found()).toEqual([
      { name: 'pen', price: 100 },
      { name: 'ink', price: 200 },
    ]);
  });

  it('finds what was written right before it is copied', async () => {
    await space.client.index({ index: alias, body: { name: 'cap', cost: 3 } });
    await transact(async (handles) => {
      await rebuild(handles);
    });
    await space.client.indices.refresh({ index: alias });
    expect(await found()).toHaveLength(3);
  });

  it('leaves nothing of a change that fails', async () => {
    const failure = new RangeError('no');
    const outcome = await transact(async (handles) => {
      await rebuild(handles);
      throw failure;
    });
    expect(errorOf(outcome)).toBe(failure);
    expect(await space.places(alias)).toEqual([seed]);
    expect(await space.indices()).toEqual([seed]);
  });

  it('keeps what an alias had: filter, routing, and that it is the one to write by', async () => {
    const attributes = {
      filter: { term: { name: 'pen' } },
      index_routing: '1',
      search_routing: '1',
      is_write_index: true,
    };
    await space.client.indices.updateAliases({
      body: { actions: [{ add: { index: seed, alias, ...attributes } }] },
    });
    let index = '';
    await transact(async (handles) => {
      index = await indicesOf(handles).create(alias, { mappings: MAPPINGS });
      await indicesOf(handles).swap(alias, index);
    });
    const { body } = await space.client.indices.getAlias({ name: alias });
    expect(body).toEqual({ [index]: { aliases: { [alias]: attributes } } });
  });

  it('moves an alias back to what it was on', async () => {
    let index = '';
    await transact(async (handles) => {
      index = await rebuild(handles);
    });
    await transact(async (handles) => {
      expect(await indicesOf(handles).restore(alias)).toBe(seed);
    });
    expect(await space.places(alias)).toEqual([seed]);
    expect(await space.indices()).toEqual([index, seed].sort());
    await expect(
      transact((handles) =>
        indicesOf(handles)
          .restore(alias)
          .then(() => undefined),
      ),
    ).resolves.toMatchObject({
      status: 'rolled-back',
      error: { code: 'FLAMINGOCK_NOTHING_KEPT', current: seed },
    });
  });

  it.each([
    [0, 1],
    [1, 2],
    [2, 3],
  ])('keeps %i replaced indices where it is told to', async (keepOld, count) => {
    const keeping = space.target({ keepOld });
    for (const changeId of ['a', 'b', 'c']) {
      const outcome = await transact(
        async (handles) => {
          const index = await indicesOf(handles).create(alias, { settings: ONE_SHARD });
          await indicesOf(handles).swap(alias, index);
        },
        keeping,
        changeId,
      );
      expect(outcome).toEqual({ status: 'committed' });
    }
    expect(await space.indices()).toHaveLength(count);
  });

  it('does not remove an index that has another alias', async () => {
    await space.client.indices.putAlias({ index: seed, name: space.name('other') });
    await transact(
      async (handles) => {
        const index = await indicesOf(handles).create(alias);
        await indicesOf(handles).swap(alias, index);
      },
      space.target({ keepOld: 0 }),
    );
    expect(await space.places(space.name('other'))).toEqual([seed]);
  });

  it('gives an alias the name of an index only where the index may go', async () => {
    const removeIndex = [false, true] as const;
    const outcomes: TransactionOutcome[] = [];
    let index = '';
    for (const each of removeIndex) {
      outcomes.push(
        await transact(async (handles) => {
          index = await indicesOf(handles).create(seed, { settings: ONE_SHARD });
          await indicesOf(handles).swap(seed, index, { removeIndex: each });
        }),
      );
    }
    expect(outcomes).toEqual([
      {
        status: 'rolled-back',
        error: expect.objectContaining({ code: 'FLAMINGOCK_NOT_AN_ALIAS' }) as unknown,
      },
      { status: 'committed' },
    ]);
    expect(await space.places(seed)).toEqual([index]);
  });

  it('takes nothing where somebody else has moved an alias meanwhile', async () => {
    const outcome = await transact(async (handles) => {
      await rebuild(handles);
      await space.client.indices.deleteAlias({ index: seed, name: alias });
    });
    expect(errorOf(outcome)).toMatchObject({ code: 'FLAMINGOCK_ALIAS_MOVED' });
    expect(await space.places(alias)).toEqual([]);
    expect(target.isTransient(errorOf(outcome))).toBe(true);
  });

  it('writes documents to new indices only, and takes one that is refused for an error', async () => {
    const documents = Array.from({ length: 1_500 }, (_, at) => ({ id: `${at}`, document: { price: at } }));
    let count: unknown;
    await transact(async (handles) => {
      const indices = indicesOf(handles);
      const index = await indices.create(alias, { settings: ONE_SHARD, mappings: MAPPINGS });
      await indices.add(index, documents);
      await indices.configure(index, { refresh_interval: '5s' });
      await indices.refresh(index);
      count = (await clientOf(handles).count({ index })).body.count;
      await indices.swap(alias, index);
    });
    expect(count).toBe(1_500);
    const refused = await transact(async (handles) => {
      const index = await indicesOf(handles).create(alias, { mappings: MAPPINGS });
      await indicesOf(handles).add(index, [{ document: { price: 1 } }, { document: { prize: 1 } }]);
    });
    expect(errorOf(refused)).toMatchObject({ code: 'FLAMINGOCK_BULK_ITEMS', isTransient: false });
    const foreign = await transact((handles) => indicesOf(handles).add(seed, [{ document: {} }]));
    expect(errorOf(foreign)).toMatchObject({ code: 'FLAMINGOCK_FOREIGN_INDEX', index: seed });
  });

  it('fails where a document cannot be copied, and says which', async () => {
    const outcome = await transact(async (handles) => {
      const index = await indicesOf(handles).create(alias, { mappings: MAPPINGS });
      await indicesOf(handles).reindex(alias, index);
    });
    expect(errorOf(outcome)).toMatchObject({
      code: 'FLAMINGOCK_REINDEX_FAILED',
      detail: expect.stringContaining('strict_dynamic_mapping_exception') as unknown,
    });
  });

  it('tells how far the copying has come, and ends with the change', async () => {
    const told: unknown[][] = [];
    const aborting = new AbortController();
    const context = { progress: (...how: unknown[]) => void told.push(how), signal: aborting.signal };
    await transact(async (handles) => {
      const index = await indicesOf(handles).create(alias, { settings: ONE_SHARD });
      expect(await indicesOf(handles).reindex(alias, index, { context })).toEqual({ total: 2, created: 2 });
    });
    expect(told.at(-1)).toEqual([2, 2, `reindex of ${alias}`]);
    aborting.abort(new RangeError('the lock is lost'));
    const outcome = await transact(async (handles) => {
      const index = await indicesOf(handles).create(alias, { settings: ONE_SHARD });
      await indicesOf(handles).reindex(alias, index, { context, requestsPerSecond: 1, batchSize: 1 });
    });
    expect(errorOf(outcome)).toBe(aborting.signal.reason);
    expect(await space.indices()).toEqual([seed]);
  });

  it('reads through the client, and refuses to write through it, caught or not', async () => {
    const outcome = await transact(async (handles) => {
      const client = clientOf(handles);
      expect(
        (await client.search({ index: alias, body: { query: { match_all: {} } } })).body.hits.hits,
      ).toHaveLength(2);
      await client.index({ index: alias, id: '_search', body: {} }).catch(() => undefined);
    });
    expect(errorOf(outcome)).toMatchObject({
      code: 'FLAMINGOCK_OPENSEARCH_PLAIN_WRITE',
      request: `PUT /${alias}/_doc/_search`,
    });
    expect(await found()).toHaveLength(2);
  });
});
