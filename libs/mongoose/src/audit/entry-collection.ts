import type { mongo } from 'mongoose';
import type { AuditEntryDocument } from './audit-entry.document.js';
import type { Database } from '../connection/database.js';
import { isServerError } from '../connection/server-error.js';

const PAGE_ENTRIES = 500;

/** The collection of entries. */
export class EntryCollection {
  constructor(
    private readonly database: Database,
    private readonly name: string,
  ) {}

  /** The last entry of each change, found by an index. */
  lastOfEach(service: string): Promise<AuditEntryDocument[]> {
    return this.on((entries) =>
      entries
        .aggregate<AuditEntryDocument>([
          { $match: { service } },
          { $sort: { service: 1, changeId: 1, seq: -1 } },
          { $group: { _id: '$changeId', last: { $first: '$$ROOT' } } },
          { $replaceRoot: { newRoot: '$last' } },
        ])
        .toArray(),
    );
  }

  /** Entries with a higher `seq`, in order, page by page. */
  async *after(service: string, afterSeq: number): AsyncGenerator<AuditEntryDocument> {
    for (let last = afterSeq; ;) {
      const page = await this.on((entries) =>
        entries
          .find({ service, seq: { $gt: last } })
          .sort({ seq: 1 })
          .limit(PAGE_ENTRIES)
          .toArray(),
      );
      yield* page;
      if (page.length < PAGE_ENTRIES) return;
      last = page.at(-1)?.seq ?? last;
    }
  }

  /** Entries that no `seq` leads to, which somebody has put there; not all, where there are many. */
  withoutPlace(service: string): Promise<AuditEntryDocument[]> {
    return this.on((entries) =>
      entries
        .find({ service, seq: { $not: { $gt: 0 } } })
        .limit(PAGE_ENTRIES)
        .toArray(),
    );
  }

  /** Inserts all of them, as part of a transaction. */
  async insert(documents: readonly AuditEntryDocument[], session: mongo.ClientSession): Promise<void> {
    await this.on((entries) => entries.insertMany(copies(documents), { session }));
  }

  /** Inserts those that are not there yet. */
  async insertMissing(documents: readonly AuditEntryDocument[]): Promise<void> {
    try {
      await this.on((entries) => entries.insertMany(copies(documents), { ordered: false }));
    } catch (error) {
      if (!isOnlyAboutDuplicates(error)) throw error;
    }
  }

  private on<T>(work: (entries: mongo.Collection<AuditEntryDocument>) => Promise<T>): Promise<T> {
    return this.database.on(this.name, work);
  }
}

/** The driver puts an `_id` into what it inserts. */
function copies(documents: readonly AuditEntryDocument[]): AuditEntryDocument[] {
  return documents.map((document) => ({ ...document }));
}

function isOnlyAboutDuplicates(error: unknown): boolean {
  if (!isServerError(error, 'DuplicateKey')) return false;
  const { writeErrors = [] } = error as { writeErrors?: { code: number }[] };
  return [writeErrors].flat().every((one) => one.code === (error as mongo.MongoServerError).code);
}
