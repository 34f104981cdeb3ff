import { mayPass } from '../errors/transience.js';
import { NoAnswerError, type AnswerTimeout } from '../runtime/answer-timeout.js';
import type { LockClaim, LockHold, LockStore } from '../lock/lock-store.js';
import type { Transaction } from '../lock/transaction.js';
import { assertFits } from '../records/record.errors.js';
import type { RecordStore } from '../records/record-store.js';
import type { AuditEntry } from './audit-entry.js';
import { HISTORY_FORMAT, type AuditHead, type Settlement } from './audit-head.js';
import { AuditStoreUnavailableError, namesItsSystem, NewerHistoryError } from './audit.errors.js';
import type { AuditBatch, AuditStore } from './audit-store.js';
import type { HistoryQuery } from './history-query.js';

type Ask = <T>(work: () => Promise<T>) => Promise<T>;

/**
 * The audit store as the engine asks it: every answer comes within a bounded time, a failure says that the store cannot be
 * used, and no answer comes from a history that a newer version has written to.
 *
 * @throws AuditStoreUnavailableError in place of what a driver throws, and where no answer comes. Inside a transaction the
 * driver's own error: it says why the transaction failed.
 */
export class GuardedAuditStore implements AuditStore {
  readonly lock: LockStore;
  readonly records: RecordStore;
  private readonly ask: Ask;
  private readonly askInTime: Ask;

  constructor(
    private readonly store: AuditStore,
    service: string,
    bound: AnswerTimeout,
  ) {
    const late = (cause: unknown) => new AuditStoreUnavailableError(service, cause);
    this.askInTime = (work) => bound.within(work(), late);
    this.ask = async (work) => {
      try {
        return await this.askInTime(work);
      } catch (cause) {
        throw namesItsSystem(cause) ? cause : late(cause);
      }
    };
    this.lock = guardedLock(store.lock, this.ask, this.askInTime);
    this.records = guardedRecords(store.records, this.ask, this.askInTime);
  }

  get resource(): object {
    return this.store.resource;
  }

  /** Silence passes; what the store has said is inside. */
  isTransient(error: unknown): boolean {
    if (error instanceof NoAnswerError) return true;
    if (error instanceof AuditStoreUnavailableError) return this.isTransient(error.cause);
    return mayPass(this.store, error);
  }

  prepare() {
    return this.ask(() => this.store.prepare());
  }

  describe() {
    return this.ask(() => this.store.describe());
  }

  place() {
    return this.ask(() => (this.store.place ? this.store.place() : this.store.describe()));
  }

  now() {
    return this.ask(() => this.store.now());
  }

  /** @throws NewerHistoryError */
  async readHead(service: string) {
    const head = await this.ask(() => this.store.readHead(service));
    return head && known(service, head);
  }

  readSnapshot(service: string) {
    return this.ask(() => this.store.readSnapshot(service));
  }

  async *readHistory(service: string, query?: HistoryQuery): AsyncGenerator<AuditEntry> {
    const entries = this.store.readHistory(service, query)[Symbol.asyncIterator]();
    try {
      for (;;) {
        const next = await this.ask(() => entries.next());
        if (next.done) return;
        yield next.value;
      }
    } finally {
      await entries.return?.();
    }
  }

  /** @throws NewerHistoryError */
  async claimHead(hold: LockHold) {
    return known(hold.service, await this.ask(() => this.store.claimHead(hold)));
  }

  append(batch: AuditBatch, tx?: Transaction) {
    return (tx ? this.askInTime : this.ask)(() => this.store.append(batch, tx));
  }

  settle(hold: LockHold, settled: Settlement) {
    return this.ask(() => this.store.settle(hold, settled));
  }
}

function known(service: string, head: AuditHead): AuditHead {
  const { format = 1 } = head;
  if (format > HISTORY_FORMAT) throw new NewerHistoryError(service, format, HISTORY_FORMAT);
  return head;
}

/** A renewal that fails is the lease's own affair, which tries again and tells why in the end. */
function guardedLock(lock: LockStore, ask: Ask, askInTime: Ask): LockStore {
  return {
    acquire: (claim: LockClaim) => ask(() => lock.acquire(claim)),
    renew: (hold: LockHold, leaseMs: number) => askInTime(() => lock.renew(hold, leaseMs)),
    release: (hold: LockHold) => ask(() => lock.release(hold)),
    read: (service: string) => ask(() => lock.read(service)),
    isHeldBy: (tx: Transaction) => lock.isHeldBy?.(tx) ?? false,
  };
}

/** @throws RecordTooLargeError for a record that not every store keeps. */
function guardedRecords(records: RecordStore, ask: Ask, askInTime: Ask): RecordStore {
  const within = (tx: Transaction | undefined) => (tx ? askInTime : ask);
  return {
    read: (key) => ask(() => records.read(key)),
    list: (service, kind, page) => ask(() => records.list(service, kind, page)),
    write: async (record, condition, tx) => {
      assertFits(record);
      return within(tx)(() => records.write(record, condition, tx));
    },
    remove: (key, condition, tx) => within(tx)(() => records.remove(key, condition, tx)),
  };
}
