import type { LockHold, LockStore } from '../lock/lock-store.js';
import type { Transaction } from '../lock/transaction.js';
import type { RecordStore } from '../records/record-store.js';
import type { AuditEntry } from './audit-entry.js';
import type { AuditHead, Settlement } from './audit-head.js';
import type { HistoryQuery } from './history-query.js';

/** Entries that are appended together, contiguous and chained, written by one holder of the lock. */
export interface AuditBatch {
  /** The writer's hold of the service's lock. */
  readonly hold: LockHold;
  /** At least one; the first follows the head, each next one its predecessor. */
  readonly entries: readonly [AuditEntry, ...AuditEntry[]];
}

/**
 * Where history lives. Histories of different services do not touch.
 *
 * Every failure to reach the store rejects with the driver's own error. Reads answer
 * "nothing" as long as `prepare` was never called.
 */
export interface AuditStore {
  /** Identity of the database: a target system with the same one shares its transactions. */
  readonly resource: object;
  /** The lock kept beside this history. */
  readonly lock: LockStore;
  /** Records kept beside this history. */
  readonly records: RecordStore;

  /**
   * Makes the store ready to be written: tables, indexes. Any number of instances
   * may call it at the same time; all of them succeed.
   */
  prepare(): Promise<void>;

  /** Where the history is looked for, in words that follow "in": `collection "audit_heads" of database "shop"`. */
  describe(): Promise<string>;

  /**
   * Where the store is, such that no other store is there: server, database and names included. It becomes part of
   * what the store is known by to target systems, so it has no credentials.
   *
   * @default what {@link describe} says
   */
  place?(): Promise<string>;

  /**
   * True where an error of this store's database passes by itself, so that the same call may succeed a moment later:
   * a deadlock, a serialization failure, a lock that was waited for too long, a connection that was refused or lost, a
   * server that is starting, full or busy. False for what stays until something is changed: a missing right, a syntax
   * error, an error of this library that does not say that it passes. Reads the error by its shape, not by its class,
   * of which there may be several copies; never throws.
   *
   * @default true, unless it is an error of this library that does not say that it passes
   */
  isTransient?(error: unknown): boolean;

  /** The time on the store's clock: milliseconds since 1970. Also before the store was prepared. */
  now(): Promise<number>;

  /** One row read. `undefined` while nothing was ever recorded for the service. */
  readHead(service: string): Promise<AuditHead | undefined>;

  /** Last entry of each change, in one query, without reading the whole history. */
  readSnapshot(service: string): Promise<AuditEntry[]>;

  /**
   * The entries that `query` is about, by default all, in order of `seq`, in bounded memory. Those of one change are
   * found by an index. Without `after` and `before` entries with an invalid `seq` are included, so that a
   * verification finds them.
   */
  readHistory(service: string, query?: HistoryQuery): AsyncIterable<AuditEntry>;

  /**
   * Puts the hold's token and owner into the head and returns the head as it then is. Waits
   * for an append that is being committed, and shuts out any later one of another hold.
   * A service's first head has `seq` 0 and `hash` `GENESIS_HASH`.
   *
   * @throws FencedError when the head already carries a higher token, or this one for another owner.
   */
  claimHead(hold: LockHold): Promise<AuditHead>;

  /**
   * Writes all entries of the batch and moves the head to the last, or does neither.
   * Resolves only once they are durable; inside `tx`, once they are part of it.
   *
   * @throws FencedError when the head does not carry the batch's hold, or is not the entry right
   * before the batch's first one, by number and hash.
   * @throws UnstorableTextError when the database has no characters, or no room, for a text of it.
   */
  append(batch: AuditBatch, tx?: Transaction): Promise<void>;

  /** Records that nothing is left to do, if the head still carries `hold` and ends at `settled.seq`; otherwise does nothing. */
  settle(hold: LockHold, settled: Settlement): Promise<void>;
}
