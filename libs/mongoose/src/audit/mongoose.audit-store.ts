import { FencedError, type AuditEntry } from '@nestjs-flamingock/core';
import {
  GENESIS_HASH,
  HISTORY_FORMAT,
  isAsked,
  type AdapterHost,
  type AuditBatch,
  type AuditHead,
  type AuditStore,
  type HistoryQuery,
  type LockHold,
  type Settlement,
  type Transaction,
} from '@nestjs-flamingock/core/adapter';
import type { Connection, mongo } from 'mongoose';
import { toDocument, toEntry } from './audit-entry.document.js';
import { EntryCollection } from './entry-collection.js';
import { withPending } from './with-pending.js';
import { contextOf, type ConnectionContext } from '../change/connection-context.js';
import { pendingOf, toHead, type HeadDocument } from './head.document.js';
import { BrokenBatchError } from '../mongoose.errors.js';
import { MongooseLockStore } from './mongoose.lock-store.js';
import { MongooseRecordStore } from './mongoose.record-store.js';
import type { CollectionSettings } from '../mongoose.options.js';
import { transactionOn } from '../change/mongoose-transaction.js';
import { BulkWrites } from '../connection/bulk-writes.js';
import { auditCollections, type AuditCollections } from '../connection/collections.js';
import { prepareCollections } from '../connection/prepare-collections.js';
import type { Fence } from '../connection/fence.js';
import { passes } from '../connection/transient.js';

const HISTORY = 'the audit history';

/**
 * History and lock in collections of a MongoDB database.
 *
 * Outside a transaction an append is one write of one document, which a server without
 * transactions does atomically as well: it moves the head, and puts the entries into it as
 * pending. They are inserted into their collection after that, by the first caller that can;
 * every reader counts pending entries in.
 */
export class MongooseAuditStore implements AuditStore {
  readonly lock: MongooseLockStore;
  readonly records: MongooseRecordStore;
  private readonly context: ConnectionContext;
  private readonly collections: AuditCollections;
  private readonly fence: Fence<HeadDocument>;
  private readonly entries: EntryCollection;
  private readonly bulk: BulkWrites;

  /** @throws CollectionPrefixError for a prefix that cannot begin the name of a collection. */
  constructor(
    readonly resource: Connection,
    private readonly settings: CollectionSettings,
    host?: AdapterHost,
  ) {
    this.context = contextOf(resource, host);
    this.collections = auditCollections(settings.collectionPrefix);
    const { entries, heads, locks } = this.collections;
    this.fence = this.context.fence(heads.name) as Fence<HeadDocument>;
    this.entries = new EntryCollection(this.context.database, entries.name);
    this.lock = new MongooseLockStore(this.context.database, locks.name);
    this.bulk = new BulkWrites(this.context.database);
    this.records = new MongooseRecordStore(resource, this.context.database, this.collections, this.bulk);
  }

  /** @throws MissingCollectionsError when collections or indexes are missing and may not be created. */
  prepare(): Promise<void> {
    const { createCollections } = this.settings;
    return prepareCollections(this.context.database, Object.values(this.collections), createCollections);
  }

  isTransient(error: unknown): boolean {
    return passes(error);
  }

  /** The database is the connection's, which names it or leaves it to the driver. */
  describe(): Promise<string> {
    const { heads } = this.collections;
    return Promise.resolve(`collection "${heads.name}" of database "${this.resource.name}"`);
  }

  /** What it is described by, on servers of its own. */
  async place(): Promise<string> {
    const { hosts } = this.resource.getClient().options;
    const servers = hosts.map(String).sort().join(',');
    return `${await this.describe()} on ${servers}`;
  }

  async now(): Promise<number> {
    const { localTime } = await this.context.database.outside((db) => db.command({ hello: 1 }));
    return (localTime as Date).getTime();
  }

  async readHead(service: string): Promise<AuditHead | undefined> {
    const head = await this.head(service);
    return head && toHead(head);
  }

  async readSnapshot(service: string): Promise<AuditEntry[]> {
    // The head first: what is pending in it now is either still pending or inserted later.
    const head = await this.head(service);
    const last = new Map((await this.entries.lastOfEach(service)).map((entry) => [entry.changeId, entry]));
    for (const entry of pendingOf(head)) {
      if (entry.seq > (last.get(entry.changeId)?.seq ?? 0)) last.set(entry.changeId, entry);
    }
    return [...last.values()].sort((a, b) => a.seq - b.seq).map(toEntry);
  }

  async *readHistory(service: string, query: HistoryQuery = {}): AsyncGenerator<AuditEntry> {
    let left = query.limit ?? Infinity;
    for await (const entry of this.readAll(service, query)) {
      yield entry;
      left -= 1;
      if (left === 0) return;
    }
  }

  async claimHead(hold: LockHold): Promise<AuditHead> {
    const first = { seq: 0, hash: GENESIS_HASH, settled: null, pending: [] };
    const head = await this.fence.claim(hold, HISTORY, first, { format: HISTORY_FORMAT });
    await this.insertPending(head);
    await this.records.withdraw(hold.service);
    this.context.admissions.set(hold.service, { fence: this.fence, hold, where: HISTORY });
    return toHead(head);
  }

  /**
   * Inside `tx`, ends the change: nothing of it runs after its entries.
   *
   * @throws ForeignTransactionError when `tx` is not one of this store's connection.
   */
  async append(batch: AuditBatch, tx?: Transaction): Promise<void> {
    if (tx) return this.appendInside(tx, batch);
    const head = await this.moveHead(batch, { $push: { pending: { $each: batch.entries.map(toDocument) } } });
    await this.insertPending(head);
  }

  async settle({ service, token, owner }: LockHold, settled: Settlement): Promise<void> {
    await this.onHeads((heads) =>
      heads.updateOne({ _id: service, token, owner, seq: settled.seq }, { $set: { settled } }),
    );
  }

  private async appendInside(tx: Transaction, batch: AuditBatch): Promise<void> {
    const session = await transactionOn(this.resource, tx).seal();
    if (this.bulk.isAvailable) return this.appendAtOnce(batch, session);
    await this.moveHead(batch, {}, session);
    await this.entries.insert(batch.entries.map(toDocument), session);
  }

  /** The entries are part of the transaction even where the head may not be moved: it must not be committed then. */
  private async appendAtOnce(batch: AuditBatch, session: mongo.ClientSession): Promise<void> {
    const { heads, entries } = this.collections;
    const move = { collection: heads.name, ...moveOf(batch) };
    const inserts = batch.entries.map((entry) => ({ collection: entries.name, insert: toDocument(entry) }));
    try {
      const { matched, error } = await this.bulk.makeAll([move, ...inserts], session);
      if (matched === 0) throw fencedBy(batch);
      if (error) throw error;
    } catch (error) {
      await session.abortTransaction().catch(() => undefined);
      throw error;
    }
  }

  /** What the query is about, and perhaps more than it asks for. */
  private async *readAll(service: string, query: HistoryQuery): AsyncGenerator<AuditEntry> {
    const pending = pendingOf(await this.head(service))
      .map(toEntry)
      .filter((entry) => isAsked(entry, query));
    const { changeId, after, before, order } = query;
    const isWhole = after === undefined && before === undefined;
    const placeless = isWhole ? await this.entries.withoutPlace(service, changeId) : [];
    const unplaced = [...placeless.map(toEntry), ...pending.filter(({ seq }) => !(seq > 0))];
    const placed = pending.filter(({ seq }) => seq > 0);
    if (order !== 'newest-first') yield* unplaced;
    yield* withPending(this.entries.read(service, query), placed, order);
    if (order === 'newest-first') yield* unplaced;
  }

  /** @throws FencedError when the batch may not follow the head; BrokenBatchError. */
  private async moveHead(
    batch: AuditBatch,
    besides: mongo.UpdateFilter<HeadDocument>,
    session?: mongo.ClientSession,
  ): Promise<HeadDocument> {
    const { filter, update } = moveOf(batch);
    const head = await this.onHeads((heads) =>
      heads.findOneAndUpdate(
        filter,
        { ...update, ...besides },
        { returnDocument: 'after', ...(session && { session }) },
      ),
    );
    if (!head) throw fencedBy(batch);
    return head;
  }

  /** Only what was inserted is taken from the head, so that nothing is lost wherever this breaks off. */
  private async insertPending({ _id, pending }: HeadDocument): Promise<void> {
    const last = pending.at(-1);
    if (!last) return;
    await this.entries.insertMissing(pending);
    await this.onHeads((heads) =>
      heads.updateOne({ _id }, { $pull: { pending: { seq: { $lte: last.seq } } } }),
    );
  }

  private async head(service: string): Promise<HeadDocument | undefined> {
    return (await this.onHeads((heads) => heads.findOne({ _id: service }))) ?? undefined;
  }

  private onHeads<T>(work: (heads: mongo.Collection<HeadDocument>) => Promise<T>): Promise<T> {
    return this.context.database.on(this.collections.heads.name, work);
  }
}

/** What moves the head to the end of the batch. @throws BrokenBatchError */
function moveOf({ hold: { service, token, owner }, entries }: AuditBatch) {
  const [first] = entries;
  if (entries.some(({ seq }, index) => seq !== first.seq + index)) throw new BrokenBatchError(service);
  const { seq, hash } = entries.at(-1) ?? first;
  return {
    filter: { _id: service, token, owner, seq: first.seq - 1, hash: first.prevHash },
    update: { $set: { seq, hash } },
  };
}

function fencedBy({ hold: { service, token } }: AuditBatch): FencedError {
  return new FencedError(service, token, HISTORY);
}
