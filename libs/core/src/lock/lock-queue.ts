import type { JudgesFailures } from '../errors/transience.js';
import type { Runtime } from '../runtime/runtime.js';
import { refuseToWaitFor } from './change-scope.js';
import { describeHolder, LockTimeoutError } from './lock.errors.js';
import { Lease } from './lease.js';
import type { LockProgress } from './lock-progress.js';
import type { LockClaim, LockRecord, LockStore } from './lock-store.js';
import { waitPatiently, type WaitLimits } from './patient-wait.js';

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

/** What a waiting instance does between two attempts. */
export interface Waiting {
  /** Called after each attempt that found the lock held. */
  held?(holder: LockRecord | undefined): void;
  /** Asked before each further attempt. True ends the wait: nothing is left to do. */
  isDone(): Promise<boolean>;
  /** Highest token that the head of the history is known to carry, see {@link LockClaim.floor}. */
  floor?(): number;
  readonly signal: AbortSignal;
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
    const claim = this.claim(service, executionId);
    let holder: LockRecord | undefined;
    const { lock } = await waitPatiently<{ lock: AcquiredLock | undefined }>(
      this.store,
      this.runtime,
      this.settings,
      {
        signal: waiting.signal,
        look: async (hasAnswered) => {
          if (hasAnswered && (await waiting.isDone())) return { lock: undefined };
          const attempt = await this.attempt({ ...claim, floor: waiting.floor?.() ?? 0 });
          if ('lease' in attempt) return { lock: attempt };
          holder = attempt.holder;
          this.progress?.waiting(holder);
          refuseToWaitFor(service, holder);
          waiting.held?.(holder);
          return undefined;
        },
        late: (waitedMs) => new LockTimeoutError(service, waitedMs, holder),
        describe: (waitedMs) => holder && describeWait(service, waitedMs, holder),
      },
    );
    return lock;
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

function describeWait(service: string, waitedMs: number, holder: LockRecord): string {
  return `It had waited ${waitedMs} ms for the lock of service "${service}", held by ${describeHolder(holder)}: nothing was run here.`;
}
