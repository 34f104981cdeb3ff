import { mongo } from 'mongoose';
import type { Database } from './database.js';

/** One write of several, in a collection of the connection's database. */
export interface BulkWrite {
  readonly collection: string;
  readonly insert?: object;
  readonly filter?: object;
  readonly update?: object;
  /** Of all documents that the filter finds. */
  readonly multi?: true;
}

/** What became of several writes. */
export interface BulkOutcome {
  /** How many documents the updates found. */
  readonly matched: number;
  /** Of the first write that failed; those after it were not made. */
  readonly error?: mongo.MongoServerError;
}

interface BulkFailure {
  readonly code: number;
  readonly errmsg: string;
}

interface BulkAnswer {
  /** A number, in whatever form the connection reads numbers. */
  readonly nMatched: unknown;
  readonly cursor: { readonly firstBatch: readonly BulkFailure[] };
  readonly writeConcernError?: BulkFailure;
}

/** Writes to several collections in one command, which MongoDB has from 8.0 on. */
export class BulkWrites {
  /** Tried, and not asked for: a server of that version has it only once its feature compatibility version is as high. */
  isAvailable = false;

  constructor(private readonly database: Database) {}

  /** Makes a write, if the server has the command; false if it was not made, or may not have been. */
  async attempt(write: BulkWrite): Promise<boolean> {
    try {
      const { error } = await this.send([write], { writeConcern: { w: 'majority', j: true } });
      this.isAvailable = !error;
    } catch {
      this.isAvailable = false;
    }
    return this.isAvailable;
  }

  /** Makes the writes in turn, as part of a transaction. */
  makeAll(writes: readonly BulkWrite[], session: mongo.ClientSession): Promise<BulkOutcome> {
    return this.send(writes, {}, session);
  }

  private async send(
    writes: readonly BulkWrite[],
    settings: object,
    session?: mongo.ClientSession,
  ): Promise<BulkOutcome> {
    const names = [...new Set(writes.map(({ collection }) => collection))];
    const ops = writes.map((write) => toOperation(write, names.indexOf(write.collection)));
    const answer = await this.database.outside((db) => {
      const nsInfo = names.map((name) => ({ ns: `${db.databaseName}.${name}` }));
      const command = { bulkWrite: 1, ops, nsInfo, errorsOnly: true, ...settings };
      return db.admin().command(command, { ...(session && { session }) }) as unknown as Promise<BulkAnswer>;
    });
    const failed = answer.cursor.firstBatch[0] ?? answer.writeConcernError;
    return { matched: Number(answer.nMatched), ...(failed && { error: new mongo.MongoServerError(failed) }) };
  }
}

function toOperation({ insert, filter, update, multi }: BulkWrite, place: number): object {
  if (insert) return { insert: place, document: insert };
  return { update: place, filter, updateMods: update, ...(multi && { multi }) };
}
