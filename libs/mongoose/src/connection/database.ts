import { mongo, type Connection } from 'mongoose';
import { ConnectionClosedError } from '../mongoose.errors.js';

/**
 * What the protocol relies on: written to the journals of a majority, read from what they have,
 * and as plain values. The connection's options for its own documents do not apply.
 */
const OWN: mongo.DbOptions = {
  writeConcern: { w: 'majority', journal: true },
  readConcern: new mongo.ReadConcern('majority'),
  readPreference: 'primary',
  useBigInt64: false,
  promoteLongs: true,
  promoteValues: true,
  promoteBuffers: false,
  bsonRegExp: false,
  raw: false,
};

/** Options of transactions, which take theirs from no collection. */
export const DURABLE_TRANSACTION: mongo.TransactionOptions = {
  writeConcern: { w: 'majority', journal: true },
  readConcern: { level: 'snapshot' },
  readPreference: 'primary',
};

/** The database of a connection, as the stores use it: nothing here joins a change's transaction by itself. */
export class Database {
  /** The connection's database as it is, and as we use it. */
  private opened: { readonly db: mongo.Db; readonly own: mongo.Db } | undefined;

  constructor(
    private readonly connection: Connection,
    private readonly scope: { exit<T>(work: () => T): T },
  ) {}

  /**
   * Calls `work` with one of our collections.
   *
   * @throws ConnectionClosedError while the connection is not open.
   */
  on<D extends mongo.BSON.Document, T>(
    collection: string,
    work: (collection: mongo.Collection<D>) => Promise<T>,
  ): Promise<T> {
    return this.outside((db) => work(db.collection<D>(collection)));
  }

  /** Calls `work` with the database itself, outside every change's transaction. */
  outside<T>(work: (db: mongo.Db) => Promise<T>): Promise<T> {
    return this.scope.exit(async () => work(this.open()));
  }

  /** A new session, which is not shared and never pooled. */
  startSession(): mongo.ClientSession {
    this.open();
    return this.scope.exit(() => this.connection.getClient().startSession());
  }

  private open(): mongo.Db {
    const { db, name, id } = this.connection;
    if (!db) throw new ConnectionClosedError(name || String(id));
    if (this.opened?.db !== db) this.opened = { db, own: db.client.db(db.databaseName, OWN) };
    return this.opened.own;
  }
}
