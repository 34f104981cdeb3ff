import { randomUUID } from 'node:crypto';
import { FencedError } from '@nestjs-flamingock/core';
import type {
  LockHold,
  NewRecord,
  RecordCondition,
  RecordKey,
  RecordPage,
  RecordStore,
  StoredRecord,
  Transaction,
} from '@nestjs-flamingock/core/adapter';
import type { Connection, mongo } from 'mongoose';
import { transactionOn } from '../change/mongoose-transaction.js';
import type { BulkWrites } from '../connection/bulk-writes.js';
import type { AuditCollections } from '../connection/collections.js';
import type { Database } from '../connection/database.js';
import type { FenceDocument } from '../connection/fence.js';
import { isServerError } from '../connection/server-error.js';

interface RecordDocument {
  readonly service: string;
  readonly kind: string;
  readonly key: string;
  /** 0: announced by a write that has not taken effect; there is no record yet. */
  readonly version: number;
  readonly value?: string;
  readonly updatedAt?: Date;
  /** Names the one write for a holder that may take effect. */
  readonly intent?: string;
}

type Records = mongo.Collection<RecordDocument>;
type Act = (filter: mongo.Filter<RecordDocument>, session?: mongo.ClientSession) => Promise<boolean>;

const PAGE_DOCUMENTS = 100;

/**
 * One document per record. A write for a holder depends on the head, which is another document, and a server may have
 * no transactions: the write is announced in the record, then the head is looked at, then the write takes effect if it
 * is still announced. A holder that claims the head withdraws all announced writes.
 */
export class MongooseRecordStore implements RecordStore {
  constructor(
    private readonly resource: Connection,
    private readonly database: Database,
    private readonly collections: AuditCollections,
    private readonly bulk: BulkWrites,
  ) {}

  async read(key: RecordKey): Promise<StoredRecord | undefined> {
    const found = await this.on((records) => records.findOne({ ...nameOf(key), version: { $gt: 0 } }));
    return found ? toRecord(found) : undefined;
  }

  async list(service: string, kind: string, page: RecordPage = {}): Promise<readonly StoredRecord[]> {
    const { after, limit = PAGE_DOCUMENTS } = page;
    const from = after === undefined ? {} : { key: { $gt: after } };
    const found = await this.on((records) =>
      records
        .find({ service, kind, ...from, version: { $gt: 0 } })
        .sort({ key: 1 })
        .limit(limit)
        .toArray(),
    );
    return found.map(toRecord);
  }

  write(record: NewRecord, condition: RecordCondition, tx?: Transaction): Promise<boolean> {
    const fields = { value: { $literal: record.value }, updatedAt: '$$NOW', intent: '$$REMOVE' };
    const update = [{ $set: { version: { $add: [{ $ifNull: ['$version', 0] }, 1] }, ...fields } }];
    return this.decide(record, condition, tx, async (filter, session) => {
      // What is announced is there.
      const upsert = condition.ifVersion === 0 && filter.intent === undefined;
      const { matchedCount, upsertedCount } = await this.on((records) =>
        records.updateOne(filter, update, { upsert, ...(session && { session }) }),
      );
      return matchedCount + upsertedCount > 0;
    });
  }

  async remove(key: RecordKey, condition: RecordCondition, tx?: Transaction): Promise<boolean> {
    const { ifVersion, hold } = condition;
    // Nothing is announced of a record that is not there.
    if (ifVersion === 0 && hold) await this.assertCarried(hold);
    if (ifVersion === 0) return false;
    return this.decide(key, condition, tx, async (filter, session) => {
      const { deletedCount } = await this.on((records) =>
        records.deleteOne(filter, { ...(session && { session }) }),
      );
      return deletedCount > 0;
    });
  }

  /**
   * Withdraws the announced writes of the service. Called by a holder that has claimed its head, which learns by it
   * whether the server has the command that appends are faster with.
   */
  async withdraw(service: string): Promise<void> {
    const filter = { service, intent: { $exists: true } };
    const update = { $unset: { intent: 1 } } as const;
    const { name: collection } = this.collections.records;
    if (await this.bulk.attempt({ collection, filter, update, multi: true })) return;
    await this.on((records) => records.updateMany(filter, update));
  }

  private async decide(key: RecordKey, condition: RecordCondition, tx: Transaction | undefined, act: Act) {
    const { ifVersion, hold } = condition;
    const filter = { ...nameOf(key), version: ifVersion };
    if (tx) return this.decideInside(tx, key, condition, act);
    if (!hold) return unlessThere(() => act(filter));
    const intent = randomUUID();
    const isAnnounced = await unlessThere(() => this.announce(filter, intent));
    await this.assertCarried(hold);
    if (!isAnnounced) return false;
    const isDone = await act({ ...filter, intent });
    // It was withdrawn by a holder that claims the head, or replaced by another write of this holder.
    if (!isDone) await this.assertCarried(hold);
    return isDone;
  }

  /** A duplicate would abort the transaction: what stands there is looked at first. */
  private async decideInside(
    tx: Transaction,
    key: RecordKey,
    { ifVersion, hold }: RecordCondition,
    act: Act,
  ) {
    const session = await transactionOn(this.resource, tx).seal();
    if (hold) await this.enter(hold, session);
    const found = await this.on((records) => records.findOne(nameOf(key), { session }));
    if ((found?.version ?? 0) !== ifVersion) return false;
    return act(nameOf(key), session);
  }

  private async announce(filter: mongo.Filter<RecordDocument>, intent: string): Promise<boolean> {
    const { matchedCount, upsertedCount } = await this.on((records) =>
      records.updateOne(filter, { $set: { intent } }, { upsert: filter.version === 0 }),
    );
    return matchedCount + upsertedCount > 0;
  }

  /** @throws FencedError */
  private async assertCarried({ service, token, owner }: LockHold): Promise<void> {
    const head = await this.onHeads((heads) => heads.findOne({ _id: service, token, owner }));
    if (!head) throw fenced(service, token);
  }

  /** Keeps every other holder waiting until the transaction ends. */
  private async enter({ service, token, owner }: LockHold, session: mongo.ClientSession): Promise<void> {
    const { matchedCount } = await this.onHeads((heads) =>
      heads.updateOne({ _id: service, token, owner }, { $inc: { entered: 1 } }, { session }),
    );
    if (matchedCount === 0) throw fenced(service, token);
  }

  private on<T>(work: (records: Records) => Promise<T>): Promise<T> {
    return this.database.on(this.collections.records.name, work);
  }

  private onHeads<T>(work: (heads: mongo.Collection<FenceDocument>) => Promise<T>): Promise<T> {
    return this.database.on(this.collections.heads.name, work);
  }
}

/** A record of another version is not found, and one that is not found cannot be inserted where it is. */
async function unlessThere(write: () => Promise<boolean>): Promise<boolean> {
  try {
    return await write();
  } catch (error) {
    if (isServerError(error, 'DuplicateKey')) return false;
    throw error;
  }
}

function fenced(service: string, token: number): FencedError {
  return new FencedError(service, token, 'the records');
}

function nameOf({ service, kind, key }: RecordKey): RecordKey {
  return { service, kind, key };
}

function toRecord({ service, kind, key, value = '', version, updatedAt }: RecordDocument): StoredRecord {
  return { service, kind, key, value, version, updatedAt: updatedAt?.getTime() ?? 0 };
}
