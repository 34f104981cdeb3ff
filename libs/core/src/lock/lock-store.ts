import type { Transaction } from './transaction.js';

/** Who asks for the lock, and for how long at a time. */
export interface LockClaim {
  readonly service: string;
  /** The execution that asks, as its entries name it. */
  readonly owner: string;
  readonly host: string;
  readonly pid: number;
  /** Milliseconds on the store's clock after which an unrenewed hold is over. */
  readonly leaseMs: number;
  /**
   * Highest token that is known to have been given out, as the head of the history has it. The
   * new token is above it even where the lock's own record was lost.
   *
   * @default 0
   */
  readonly floor?: number;
}

/** The lock as the store has it. All times are milliseconds since 1970 on the store's clock. */
export interface LockRecord {
  readonly service: string;
  readonly owner: string;
  readonly host: string;
  readonly pid: number;
  /** Grows by one at each acquisition, never reused. */
  readonly token: number;
  readonly acquiredAt: number;
  /** Not after the store's time: the lock is free. */
  readonly expiresAt: number;
}

/** Answer to {@link LockStore.read}: the record, and the store's time at which it was read. */
export interface LockReading extends LockRecord {
  readonly storeNow: number;
}

/** Answer to {@link LockStore.acquire}; `storeNow` is the store's time, in milliseconds since 1970. */
export type LockAcquisition =
  | { readonly acquired: true; readonly token: number; readonly storeNow: number }
  | { readonly acquired: false; readonly holder: LockRecord | undefined };

/**
 * One acquisition of the lock. The owner belongs to its identity: a store that has lost its last
 * writes, as a standby may that was promoted, gives a token out a second time.
 */
export interface LockHold {
  readonly service: string;
  readonly token: number;
  readonly owner: string;
}

/** Answer to {@link LockStore.renew}. `lost`: the token is not this hold's, and never will be again. */
export type LockRenewal = 'renewed' | 'lost';

/** One lock per service. All expiry arithmetic happens on the store's clock. */
export interface LockStore {
  /**
   * One conditional write: takes the lock if it is free or expired, with the token right above the
   * last one and the claim's floor.
   */
  acquire(claim: LockClaim): Promise<LockAcquisition>;

  /**
   * Extends the lease of exactly this hold from the store's present time, also after it
   * expired unclaimed. After its release it is `lost`: a late heartbeat must not take the
   * lock back.
   */
  renew(hold: LockHold, leaseMs: number): Promise<LockRenewal>;

  /** Frees the lock if it is still this hold's, keeping its token; otherwise does nothing. */
  release(hold: LockHold): Promise<void>;

  /**
   * True where `tx`, while it is open, keeps all others from writing the lock (SQLite: one
   * writer per file). The lease can then neither be lost nor renewed until `tx` ends; the
   * engine does not renew it meanwhile and renews it right after.
   */
  isHeldBy?(tx: Transaction): boolean;

  /** The lock as recorded, held, expired or released; `undefined` if it was never taken, or before the store was prepared. */
  read(service: string): Promise<LockReading | undefined>;
}
