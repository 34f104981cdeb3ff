import { auditCollections, targetCollections } from './collections.js';
import { createCommands } from './prepare-collections.js';
import { resolveCollectionOptions, type MongooseCollectionOptions } from '../mongoose.options.js';

/**
 * The mongosh commands that create the collections and indexes, one each, for an
 * application whose own database user may not (`createCollections: false`): those of an
 * audit store, and those of a target system whose audit store is elsewhere.
 *
 * @throws CollectionPrefixError
 */
export function createCollectionCommands(
  options: Omit<MongooseCollectionOptions, 'createCollections'> = {},
): {
  readonly auditStore: string[];
  readonly targetSystem: string[];
} {
  const { collectionPrefix } = resolveCollectionOptions(options);
  return {
    auditStore: createCommands(Object.values(auditCollections(collectionPrefix))),
    targetSystem: createCommands(Object.values(targetCollections(collectionPrefix))),
  };
}
