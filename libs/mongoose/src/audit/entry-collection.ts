import type { mongo } from 'mongoose';
import type { HistoryQuery } from '@nestjs-flamingock/core/adapter';
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

  /** Entries that the query is about and that have a place, page by page. */
  async *read(service: string, query: HistoryQuery): AsyncGenerator<AuditEntryDocument> {
    const { changeId, limit = Infinity, order } = query;
    const isBackwards = order === 'newest-first';
    let { after = 0, before } = query;
    for (let left = limit; ;) {
      const most = Math.min(left, PAGE_ENTRIES);
      const seq = { $gt: after, ...(before !== undefined && { $lt: before }) };
      const filter = { service, ...(changeId !== undefined && { changeId }), seq };
      const page = await this.on((entries) =>
        entries
          .find(filter)
          .sort({ seq: isBackwards ? -1 : 1 })
          .limit(most)
          .toArray(),
      );
      yield* page;
      left -= page.length;
      const last = page.at(-1);
      if (!last || page.length < most || left === 0) return;
      if (isBackwards) before = last.seq;
      else after = last.seq;
    }
  }

  /** Entries with an invalid `seq`, which this library did not write; not all, where there are many. */
  withoutPlace(service: string, changeId?: string): Promise<AuditEntryDocument[]> {
    const filter = { service, ...(changeId !== undefined && { changeId }), seq: { $not: { $gt: 0 } } };
    return this.on((entries) => entries.find(filter).limit(PAGE_ENTRIES).toArray());
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
