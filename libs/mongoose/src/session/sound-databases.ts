import { overrideMethod } from '@nestjs-flamingock/core';
import { mongo, type Connection } from 'mongoose';

type Client = mongo.MongoClient;

/**
 * Has every database of the connection's client be read from the primary, and written with an answer, while
 * `isInside`: a secondary may not have yet what the change wrote, an unacknowledged write may have failed, and
 * neither can be part of a transaction. What a collection, schema or query names itself is left alone.
 *
 * @returns ends it
 */
export function soundDatabases(connection: Connection, isInside: () => boolean): () => void {
  const { otherDbs } = connection as Connection & { readonly otherDbs: readonly Connection[] };
  const opened = [connection, ...otherDbs].flatMap(({ db }) => db ?? []);
  const giveBack = opened.map((db) => makeSound(db, isInside));
  const stop = overrideMethod<'db', Client['db']>(connection.getClient(), 'db', (original) => (...args) => {
    const db = original(...args);
    makeSound(db, isInside);
    return db;
  });
  return () => [...giveBack, stop].forEach((end) => end());
}

/** Its collections ask the database. */
function makeSound(db: mongo.Db, isInside: () => boolean): () => void {
  const prototype = Object.getPrototypeOf(db) as mongo.Db;
  Object.defineProperties(db, {
    readPreference: {
      configurable: true,
      get: () => (isInside() ? mongo.ReadPreference.primary : Reflect.get(prototype, 'readPreference', db)),
    },
    writeConcern: {
      configurable: true,
      get: () => {
        const own = Reflect.get<mongo.Db, 'writeConcern'>(prototype, 'writeConcern', db);
        return own?.w === 0 && isInside() ? new mongo.WriteConcern('majority') : own;
      },
    },
  });
  return () => ['readPreference', 'writeConcern'].forEach((name) => Reflect.deleteProperty(db, name));
}
