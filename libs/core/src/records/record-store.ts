import type { LockHold } from '../lock/lock-store.js';
import type { Transaction } from '../lock/transaction.js';

/** Longest `value` of a record, in UTF-16 code units: a million. */
export const MAX_RECORD_VALUE = 1_000_000;

/** Longest `kind` and `key` of a record, in UTF-16 code units. */
export const MAX_RECORD_NAME = 255;

/** Names one record of a service. Names are equal only byte by byte. */
export interface RecordKey {
  readonly service: string;
  /** What the record is about, such as `cursor`. */
  readonly kind: string;
  /** Which one of its kind. */
  readonly key: string;
}

/** A record to be written. */
export interface NewRecord extends RecordKey {
  /** JSON, whose control characters are escaped, of at most {@link MAX_RECORD_VALUE}. */
  readonly value: string;
}

/** A record as the store has it. */
export interface StoredRecord extends NewRecord {
  /** 1 when the record is created; each later write adds one. A record that was removed and created again begins at 1. */
  readonly version: number;
  /** Time of the last write on the store's clock: milliseconds since 1970. */
  readonly updatedAt: number;
}

/** What must hold for a record to be written or removed. */
export interface RecordCondition {
  /** The version that the record has; 0: there is none. */
  readonly ifVersion: number;
  /**
   * Only while the head of the hold's service carries this hold.
   *
   * @default any writer
   */
  readonly hold?: LockHold;
}

/** Which records of a kind are listed. */
export interface RecordPage {
  /** Only records with a higher key. */
  readonly after?: string;
  /**
   * At most so many: a whole number from 1.
   *
   * @default 100
   */
  readonly limit?: number;
}

/**
 * Rows beside the history, for state that is no history: how far something has come, who has approved what.
 * Each is replaced on a condition that the store checks with the write itself, so that of several writers which have
 * read one version exactly one succeeds.
 *
 * Every failure to reach the store rejects with the driver's own error; what was to be written may be there then, which
 * reading tells. Reads answer "nothing" as long as the audit store was never prepared.
 */
export interface RecordStore {
  /** `undefined` where there is no such record. */
  read(key: RecordKey): Promise<StoredRecord | undefined>;

  /** Records of one kind in the order of their keys, byte by byte in UTF-8. */
  list(service: string, kind: string, page?: RecordPage): Promise<readonly StoredRecord[]>;

  /**
   * Creates or replaces a record. Inside `tx`, ends the change as an append does, and is durable with the commit.
   *
   * @returns false where the record has another version: the caller reads it again and decides anew.
   * @throws FencedError where the head does not carry the condition's hold, for any version.
   */
  write(record: NewRecord, condition: RecordCondition, tx?: Transaction): Promise<boolean>;

  /**
   * Removes a record on the conditions of {@link write}.
   *
   * @returns false where there is no record of that version.
   * @throws FencedError where the head does not carry the condition's hold.
   */
  remove(key: RecordKey, condition: RecordCondition, tx?: Transaction): Promise<boolean>;
}
