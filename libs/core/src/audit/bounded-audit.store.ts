import { mayPass } from '../errors/transience.js';
import { NoAnswerError, type AnswerTimeout } from '../runtime/answer-timeout.js';
import type { LockClaim, LockHold, LockStore } from '../lock/lock-store.js';
import type { Transaction } from '../lock/transaction.js';
import type { AuditEntry } from './audit-entry.js';
import { HISTORY_FORMAT, type AuditHead, type Settlement } from './audit-head.js';
import { AuditStoreUnavailableError, NewerHistoryError } from './audit.errors.js';
import type { AuditBatch, AuditStore } from './audit-store.js';

type Ask = <T>(work: Promise<T>) => Promise<T>;

/**
 * An audit store whose every answer comes within a bounded time, and none from a history that a newer version has written to.
 *
 * @throws AuditStoreUnavailableError where none comes.
 */
export class BoundedAuditStore implements AuditStore {
  readonly lock: LockStore;
  private readonly ask: Ask;

  constructor(
    private readonly store: AuditStore,
    service: string,
    bound: AnswerTimeout,
  ) {
    this.ask = (work) => bound.within(work, (cause) => new AuditStoreUnavailableError(service, cause));
    this.lock = boundedLock(store.lock, this.ask);
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
    return this.ask(this.store.prepare());
  }

  describe() {
    return this.ask(this.store.describe());
  }

  place() {
    return this.ask(this.store.place ? this.store.place() : this.store.describe());
  }

  /** @throws NewerHistoryError */
  async readHead(service: string) {
    const head = await this.ask(this.store.readHead(service));
    return head && known(service, head);
  }

  readSnapshot(service: string) {
    return this.ask(this.store.readSnapshot(service));
  }

  async *readHistory(service: string, afterSeq?: number): AsyncGenerator<AuditEntry> {
    const entries = this.store.readHistory(service, afterSeq)[Symbol.asyncIterator]();
    for (;;) {
      const next = await this.ask(entries.next());
      if (next.done) return;
      yield next.value;
    }
  }

  /** @throws NewerHistoryError */
  async claimHead(hold: LockHold) {
    return known(hold.service, await this.ask(this.store.claimHead(hold)));
  }

  append(batch: AuditBatch, tx?: Transaction) {
    return this.ask(this.store.append(batch, tx));
  }

  settle(hold: LockHold, settled: Settlement) {
    return this.ask(this.store.settle(hold, settled));
  }
}

function known(service: string, head: AuditHead): AuditHead {
  const { format = 1 } = head;
  if (format > HISTORY_FORMAT) throw new NewerHistoryError(service, format, HISTORY_FORMAT);
  return head;
}

function boundedLock(lock: LockStore, ask: Ask): LockStore {
  return {
    acquire: (claim: LockClaim) => ask(lock.acquire(claim)),
    renew: (hold: LockHold, leaseMs: number) => ask(lock.renew(hold, leaseMs)),
    release: (hold: LockHold) => ask(lock.release(hold)),
    read: (service: string) => ask(lock.read(service)),
    isHeldBy: (tx: Transaction) => lock.isHeldBy?.(tx) ?? false,
  };
}
