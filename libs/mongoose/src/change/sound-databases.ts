import { overrideMethod } from '@nestjs-flamingock/core/adapter';
import { mongo, type Connection } from 'mongoose';

type Client = mongo.MongoClient;
type Db = mongo.Db;

/** A database, or a collection, which keeps what its database said when it was made. */
type Settings = Pick<mongo.Collection, 'readPreference' | 'writeConcern'>;

interface ModelledConnection extends Connection {
  readonly otherDbs: readonly ModelledConnection[];
}

/**
 * Has every database of the connection's client be read from the primary, and written with an answer, while
 * `isInside`: a secondary may not have yet what the change wrote, an unacknowledged write may have failed, and
 * neither can be part of a transaction. What a collection, schema or query names itself is left alone.
 *
 * @returns ends it
 */
export function soundDatabases(connection: Connection, isInside: () => boolean): () => void {
  const { otherDbs } = connection as ModelledConnection;
  const restores = [connection, ...otherDbs].flatMap((one) => [
    ...(one.db ? [soundDatabase(one.db, isInside)] : []),
    ...openedCollections(one).map((collection) => makeSound(collection, isInside)),
  ]);
  const stop = overrideMethod<'db', Client['db']>(connection.getClient(), 'db', (original) => (...args) => {
    const db = original(...args);
    soundDatabase(db, isInside);
    return db;
  });
  return () => [...restores, stop].forEach((restore) => restore());
}

/** Those of Mongoose, whose models are mostly there before any change. It names no settings for them. */
function openedCollections({ collections }: Connection): mongo.Collection[] {
  return Object.values(collections).flatMap(
    (one) => (one as { readonly collection?: mongo.Collection }).collection ?? [],
  );
}

function soundDatabase(db: Db, isInside: () => boolean): () => void {
  let isCreating = false;
  const end = makeSound(db, () => !isCreating && isInside());
  const stop = overrideMethod<'collection', Db['collection']>(db, 'collection', ((original) =>
    (name, options) => {
      isCreating = true;
      try {
        // It outlives the change, and so must what it has of its database.
        const collection = original(name, options);
        makeSound(collection, isInside, options);
        return collection;
      } finally {
        isCreating = false;
      }
    }) as (original: Db['collection']) => Db['collection']);
  return () => [end, stop].forEach((one) => one());
}

/** `own`: what it was given to hold instead. */
function makeSound(target: Settings, isInside: () => boolean, own: mongo.CollectionOptions = {}): () => void {
  const prototype = Object.getPrototypeOf(target) as object;
  const asItIs = <K extends keyof Settings>(name: K) => Reflect.get(prototype, name, target) as Settings[K];
  const define = (name: keyof Settings, get: () => unknown): void => {
    if (own[name] === undefined) Object.defineProperty(target, name, { configurable: true, get });
  };
  define('readPreference', () => (isInside() ? mongo.ReadPreference.primary : asItIs('readPreference')));
  define('writeConcern', () => {
    const concern = asItIs('writeConcern');
    return concern?.w === 0 && isInside() ? new mongo.WriteConcern('majority') : concern;
  });
  return () => ['readPreference', 'writeConcern'].forEach((name) => Reflect.deleteProperty(target, name));
}
