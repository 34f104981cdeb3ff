import type { JudgesFailures } from '../errors/transience.js';
import type { Runtime } from '../runtime/runtime.js';
import { refuseToWaitFor } from './change-scope.js';
import { describeHolder, LockTimeoutError } from './lock.errors.js';
import { Lease } from './lease.js';
import { readHolder } from './lock-holder.js';
import type { LockProgress } from './lock-progress.js';
import type { LockClaim, LockRecord, LockStore } from './lock-store.js';
import { waitPatiently, type StoreNews, type WaitLimits } from './patient-wait.js';

/** How to ask for the lock, and for how long. All in milliseconds. */
export interface LockSettings extends WaitLimits {
  /** Hold that a heartbeat keeps alive; also the longest time a dead holder shuts others out. */
  readonly leaseMs: number;
}

/** The acquired lock, with the store's time at its acquisition. */
export interface AcquiredLock {
  readonly lease: Lease;
  /** The store's time, in milliseconds since 1970, at monotonic time `askedAt`. */
  readonly storeNow: number;
  readonly askedAt: number;
}

/** What a waiting instance does between two looks. */
export interface Waiting {
  /** Called after each look that found the lock held. */
  held?(holder: LockRecord | undefined): void;
  /** Asked before each further attempt, and now and then. True ends the wait: nothing is left to do. */
  isDone(): Promise<boolean>;
  /** Highest token that the head of the history is known to carry, see {@link LockClaim.floor}. */
  floor?(): number;
  /** Is told that the store fails meanwhile. */
  readonly news?: StoreNews;
  readonly signal: AbortSignal;
}

/** How often a waiting instance asks at least whether something is left to do, in milliseconds, while one holder has the lock. */
const ASK_MS = 1_000;

/** What one who waits in line knows. */
interface PlaceInLine {
  readonly claim: LockClaim;
  holder?: LockRecord | undefined;
  /** Monotonic time at which it was last asked whether something is left to do. */
  askedAt: number;
}

/** Where the lock is: an audit store. */
interface LockSource extends JudgesFailures {
  readonly lock: LockStore;
}

/** Waits in line for the lock of one service. */
export class LockQueue {
  constructor(
    private readonly store: LockSource,
    private readonly runtime: Runtime,
    private readonly settings: LockSettings,
    private readonly progress?: LockProgress,
  ) {}

  /**
   * Takes the lock for one execution, or resolves to `undefined` when `waiting` says that there is nothing
   * left to do. A store that has answered once may fail meanwhile, as one that restarts does.
   *
   * @throws LockTimeoutError after `waitMs`; SelfWaitingError inside a change of the run that holds it; the signal's reason when it aborts.
   */
  async acquire(service: string, executionId: string, waiting: Waiting): Promise<AcquiredLock | undefined> {
    let lock: AcquiredLock | undefined;
    try {
      lock = await this.waitInLine(service, executionId, waiting);
      return lock;
    } finally {
      this.progress?.ended(lock?.lease);
    }
  }

  private async waitInLine(
    service: string,
    executionId: string,
    waiting: Waiting,
  ): Promise<AcquiredLock | undefined> {
    const place: PlaceInLine = { claim: this.claim(service, executionId), askedAt: -Infinity };
    const { lock } = await waitPatiently<{ lock: AcquiredLock | undefined }>(
      this.store,
      this.runtime,
      this.settings,
      {
        signal: waiting.signal,
        news: waiting.news,
        look: (hasAnswered) =>
          hasAnswered ? this.lookAgain(place, waiting) : this.tryToTake(place, waiting),
        late: (waitedMs) => new LockTimeoutError(service, waitedMs, place.holder),
        describe: (waitedMs) => place.holder && describeWait(service, waitedMs, place.holder),
      },
    );
    return lock;
  }

  /** As long as one holder has the lock, a read tells as much as an attempt, which is a write for every waiting instance. */
  private async lookAgain(
    place: PlaceInLine,
    waiting: Waiting,
  ): Promise<{ lock: AcquiredLock | undefined } | undefined> {
    const holder = await readHolder(this.store.lock, place.claim.service);
    const isNews = !holder || !isSameHold(holder, place.holder);
    const now = this.runtime.monotonicMs();
    if (isNews || now >= place.askedAt + ASK_MS) {
      place.askedAt = now;
      if (await waiting.isDone()) return { lock: undefined };
    }
    if (!holder) return this.tryToTake(place, waiting);
    this.noteHolder(holder, place, waiting);
    return undefined;
  }

  private async tryToTake(place: PlaceInLine, waiting: Waiting): Promise<{ lock: AcquiredLock } | undefined> {
    const attempt = await this.attempt({ ...place.claim, floor: waiting.floor?.() ?? 0 });
    if ('lease' in attempt) return { lock: attempt };
    this.noteHolder(attempt.holder, place, waiting);
    return undefined;
  }

  private noteHolder(holder: LockRecord | undefined, place: PlaceInLine, waiting: Waiting): void {
    place.holder = holder;
    this.progress?.waiting(holder);
    refuseToWaitFor(place.claim.service, holder);
    waiting.held?.(holder);
  }

  private claim(service: string, owner: string): LockClaim {
    const { host, pid } = this.runtime;
    return { service, owner, host, pid, leaseMs: this.settings.leaseMs };
  }

  private async attempt(claim: LockClaim): Promise<AcquiredLock | { holder: LockRecord | undefined }> {
    const askedAt = this.runtime.monotonicMs();
    const answer = await this.store.lock.acquire(claim);
    if (!answer.acquired) return { holder: answer.holder };
    const hold = { service: claim.service, token: answer.token, owner: claim.owner };
    const lease = new Lease(this.store.lock, hold, claim.leaseMs, askedAt, this.runtime);
    return { lease, storeNow: answer.storeNow, askedAt };
  }
}

function isSameHold(one: LockRecord, other: LockRecord | undefined): boolean {
  return one.token === other?.token && one.owner === other.owner;
}

function describeWait(service: string, waitedMs: number, holder: LockRecord): string {
  return `It had waited ${waitedMs} ms for the lock of service "${service}", held by ${describeHolder(holder)}: nothing was run here.`;
}
