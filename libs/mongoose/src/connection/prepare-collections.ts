import type { mongo } from 'mongoose';
import { MissingCollectionsError } from '../mongoose.errors.js';
import type { Database } from './database.js';
import { isServerError } from './server-error.js';
import type { CollectionIndex, OwnCollection } from './collections.js';

/** One thing to create: a collection, or an index of one. */
interface Missing {
  readonly collection: string;
  readonly index?: CollectionIndex;
}

/**
 * Makes sure that the collections and their indexes are there, any number of processes at
 * the same time. A transaction should not have to create them.
 *
 * @throws MissingCollectionsError when some are missing and may not be created.
 */
export function prepareCollections(
  database: Database,
  collections: readonly OwnCollection[],
  create: boolean,
): Promise<void> {
  return database.outside(async (db) => {
    const missing = await missingIn(db, collections);
    if (missing.length === 0) return;
    if (!create) throw missingError(missing);
    try {
      for (const one of missing) await createOne(db, one);
    } catch (cause) {
      throw isServerError(cause, 'Unauthorized') ? missingError(missing, cause) : cause;
    }
  });
}

/** The mongosh commands that create the collections and indexes. */
export function createCommands(collections: readonly OwnCollection[]): string[] {
  return collections.flatMap((collection) => everythingOf(collection)).map(commandFor);
}

async function missingIn(db: mongo.Db, collections: readonly OwnCollection[]): Promise<Missing[]> {
  const names = collections.map(({ name }) => name);
  const listed = await db
    .listCollections({ name: { $in: names } }, { nameOnly: true, authorizedCollections: true })
    .toArray();
  const existing = new Set(listed.map(({ name }) => name));
  const missing: Missing[] = [];
  for (const collection of collections) {
    missing.push(
      ...(existing.has(collection.name) ? await missingIndexes(db, collection) : everythingOf(collection)),
    );
  }
  return missing;
}

async function missingIndexes(db: mongo.Db, { name, indexes }: OwnCollection): Promise<Missing[]> {
  if (indexes.length === 0) return [];
  const listed = (await db.collection(name).listIndexes().toArray()) as { name: string }[];
  const there = new Set(listed.map((index) => index.name));
  return indexes.filter((index) => !there.has(index.name)).map((index) => ({ collection: name, index }));
}

function everythingOf({ name, indexes }: OwnCollection): Missing[] {
  return [{ collection: name }, ...indexes.map((index) => ({ collection: name, index }))];
}

async function createOne(db: mongo.Db, { collection, index }: Missing): Promise<void> {
  if (index) {
    await db.collection(collection).createIndexes([{ ...index, key: { ...index.key }, unique: true }]);
    return;
  }
  try {
    await db.createCollection(collection, { writeConcern: { w: 'majority' } });
  } catch (error) {
    // Another process has just created it.
    if (!isServerError(error, 'NamespaceExists')) throw error;
  }
}

function missingError(missing: readonly Missing[], refusal?: unknown): MissingCollectionsError {
  const names = missing.map(({ collection, index }) => (index ? `${collection}.${index.name}` : collection));
  return new MissingCollectionsError(names, missing.map(commandFor), refusal);
}

function commandFor({ collection, index }: Missing): string {
  const name = JSON.stringify(collection);
  if (!index) return `db.createCollection(${name})`;
  const options = { name: index.name, unique: true };
  return `db.getCollection(${name}).createIndex(${JSON.stringify(index.key)}, ${JSON.stringify(options)})`;
}
