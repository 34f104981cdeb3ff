import { transactionalTargetContract, type TargetBackend } from '@nestjs-flamingock/testing';
import { describeOn } from '../../../test/support/services/describe-on.js';
import { clientOf, indicesOf, SearchSpace } from './fixtures/search-space.js';
import { OpenSearchNotInTransactionError } from './opensearch.errors.js';

/** A value is what an alias of the key's name is routed by, on one index that is there for it. */
async function openTarget(space: SearchSpace): Promise<TargetBackend> {
  const index = await space.seed('values');
  const target = space.target();
  const aliasOf = (key: string) => space.name(`key-${key}`);
  return {
    target,
    begin: (handles) => clientOf(handles).cat.indices(),
    writeByService: async (key, value) => {
      await target.resource.indices.putAlias({ index, name: aliasOf(key), body: { search_routing: value } });
    },
    second: async () => space.target(),
    write: async (handles, key, value) => {
      try {
        await indicesOf(handles).addAlias(aliasOf(key), index, { search_routing: value });
      } catch (error) {
        if (!(error instanceof OpenSearchNotInTransactionError)) throw error;
        const body = { search_routing: value };
        await clientOf(handles).indices.putAlias({ index, name: aliasOf(key), body });
      }
    },
    writeInVain: (handles) =>
      indicesOf(handles).create(aliasOf('x'), { settings: { number_of_shards: 'no number' } }),
    read: async (key) => {
      const name = aliasOf(key);
      const { statusCode, body } = await space.client.indices.getAlias({ name }, { ignore: [404] });
      return statusCode === 404 ? undefined : body[index]?.aliases[name]?.search_routing;
    },
    close: () => space.remove(),
  };
}

await describeOn(['opensearch'], 'OpenSearchTargetSystem', ({ opensearch }) => {
  const open = () => openTarget(new SearchSpace(opensearch));
  for (const { title, run } of transactionalTargetContract(open)) it(title, run);
});
