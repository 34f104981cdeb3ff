import { randomBytes } from 'node:crypto';
import { createConnection, type Connection } from 'mongoose';
import { dropMongoDatabase } from './drop-mongo-database.js';
import type { DatabaseOptions } from './fixtures/database.js';
import type { CreateDatabase, StoredEntry, TestDatabase } from './test-database.js';

/** A database on a MongoDB server. */
export class MongoTestDatabase implements TestDatabase {
  readonly options: { readonly mongoose: { readonly uri: string; readonly dbName: string } };
  readonly hasOneWriter = false;

  constructor(
    uri: string,
    /** A connection past the library. */
    readonly connection: Connection,
  ) {
    this.options = { mongoose: { uri, dbName: connection.name } };
  }

  at(change: (url: string) => string): DatabaseOptions {
    const { uri, dbName } = this.options.mongoose;
    return { mongoose: { uri: change(uri), dbName } };
  }

  async createPlace(place: string): Promise<void> {
    await this.connection.createCollection(place);
  }

  async values(place: string): Promise<string[]> {
    const found = this.connection.collection<{ value: string }>(place).find().sort({ value: 1 });
    return (await found.toArray()).map(({ value }) => value);
  }

  /** With those that are recorded in the head, and not yet in their place. */
  async entries(prefix: string): Promise<StoredEntry[]> {
    type Placed = StoredEntry & { readonly seq: number };
    const heads = this.connection.collection<{ pending: Placed[] }>(`${prefix}audit_heads`);
    const head = await heads.findOne();
    const stored = await this.connection
      .collection<Placed>(`${prefix}audit_entries`)
      .find()
      .sort({ seq: 1 })
      .toArray();
    const last = stored.at(-1)?.seq ?? 0;
    return [...stored, ...(head?.pending ?? []).filter(({ seq }) => seq > last)];
  }

  async lock(): Promise<{ token: number; isFree: boolean }> {
    const locks = this.connection.collection<{ token: number; expiresAt: Date }>('flamingock_locks');
    const lock = await locks.findOne();
    return { token: Number(lock?.token), isFree: lock?.expiresAt.getTime() === 0 };
  }

  async endLease(): Promise<void> {
    const ended = { $set: { expiresAt: new Date(1) } };
    await this.connection.collection('flamingock_locks').updateMany({}, ended);
  }

  async drop(): Promise<void> {
    await dropMongoDatabase(this.connection);
    await this.connection.close();
  }
}

/** A database on the MongoDB server of a URL. */
export function mongoDatabase(url: string): CreateDatabase<MongoTestDatabase> {
  return async () => {
    const dbName = `flamingock_${randomBytes(6).toString('hex')}`;
    return new MongoTestDatabase(url, await createConnection(url, { dbName }).asPromise());
  };
}
