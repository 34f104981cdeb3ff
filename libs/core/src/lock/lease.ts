import { unlessAborted } from '../abort.js';
import { NoAnswerError } from '../answer-bound.js';
import { errorText } from '../audit/error-text.js';
import type { Runtime } from '../runtime.js';
import { sleep } from '../sleep.js';
import { LockLostError } from './lock.errors.js';
import { withinTime } from '../within-time.js';
import type { LockHold, LockRenewal, LockStore } from './lock-store.js';

/** Part of the lease after which it is renewed. */
const HEARTBEAT_FRACTION = 1 / 3;
/** Part of the lease that is left at least while no heartbeat is due. */
const FRESH_FRACTION = 1 - HEARTBEAT_FRACTION;
/** Part of the lease after which a renewal that failed is tried again. */
const RETRY_FRACTION = 1 / 20;

/**
 * The lock while this process has it, kept alive by a heartbeat.
 *
 * The holder trusts its lease until the start of the last successful renewal plus the
 * lease, on its own monotonic clock: a store that measures from when the request arrived
 * ends it no earlier. Once lost, a lease stays lost.
 */
export class Lease {
  private readonly lost = new AbortController();
  private readonly stopped = new AbortController();
  private trustedUntil: number;
  private suspended = false;
  private loss: LockLostError | undefined;
  private lastFailure: unknown;

  /** `askedAt`: monotonic time at which the acquisition was requested. */
  constructor(
    private readonly store: LockStore,
    /** This acquisition of the lock. */
    readonly hold: LockHold,
    private readonly leaseMs: number,
    askedAt: number,
    private readonly runtime: Runtime,
  ) {
    this.trustedUntil = askedAt + leaseMs;
    void this.beat();
    void this.watch();
  }

  /** Fencing token of this acquisition. */
  get token(): number {
    return this.hold.token;
  }

  /** Aborts the moment the lease is lost; its reason is the {@link LockLostError}. */
  get signal(): AbortSignal {
    return this.lost.signal;
  }

  /** @throws LockLostError once the lease is lost. */
  assertHeld(): void {
    if (!this.loss && this.timeLeft() <= 0) this.loseByTime();
    if (this.loss) throw this.loss;
  }

  /** Gives up at once, because a write was fenced. */
  lose(why: string, cause?: unknown): LockLostError {
    this.loss ??= new LockLostError(this.hold.service, this.token, why, { cause });
    this.lost.abort(this.loss);
    this.stopped.abort();
    return this.loss;
  }

  /**
   * Asks the store whether it still knows this hold.
   *
   * @throws LockLostError where it does not.
   */
  async confirm(): Promise<void> {
    await this.renewed();
    this.assertHeld();
  }

  /**
   * A transaction of this holder now keeps everybody from writing the lock: until
   * {@link resume} the lease cannot end, nor be renewed.
   */
  suspend(): void {
    this.assertHeld();
    this.suspended = true;
  }

  /**
   * That transaction has ended: renews before anything else happens, if a heartbeat is due.
   * Without a {@link suspend} before, does nothing.
   */
  async resume(): Promise<void> {
    if (!this.suspended) return;
    this.suspended = false;
    if (this.timeLeft() > this.leaseMs * FRESH_FRACTION) return;
    this.trustedUntil = this.runtime.monotonicMs() + this.leaseMs;
    await this.renewUntilKnown();
  }

  /** Stops the heartbeat and frees the lock, if it is still this holder's. */
  async release(): Promise<void> {
    this.stopped.abort();
    if (!this.loss) await this.store.release(this.hold);
  }

  private async beat(): Promise<void> {
    while (!this.stopped.signal.aborted) {
      await sleep(this.runtime, this.leaseMs * HEARTBEAT_FRACTION, this.stopped.signal);
      await this.renewUntilKnown();
    }
  }

  private async renewUntilKnown(): Promise<void> {
    while (!this.stopped.signal.aborted && !this.suspended && !(await this.renewed())) {
      await sleep(this.runtime, this.leaseMs * RETRY_FRACTION, this.stopped.signal);
    }
  }

  /** True once the store has answered. */
  private async renewed(): Promise<boolean> {
    const askedAt = this.runtime.monotonicMs();
    try {
      const renewal = await unlessAborted(this.stopped.signal, this.askToRenew());
      if (renewal === 'lost') this.lose('another instance took it over');
      else this.trustedUntil = Math.max(this.trustedUntil, askedAt + this.leaseMs);
      this.lastFailure = undefined;
      return true;
    } catch (cause) {
      this.lastFailure = cause;
      return false;
    }
  }

  /** One that hangs, on a connection that is open and dead, must not keep the next one from being sent. */
  private askToRenew(): Promise<LockRenewal> {
    const atMostMs = Math.ceil(this.leaseMs * HEARTBEAT_FRACTION);
    const late = () => new NoAnswerError(atMostMs);
    return withinTime(atMostMs, this.store.renew(this.hold, this.leaseMs), late, this.runtime);
  }

  /** Fires the signal even while a renewal hangs. */
  private async watch(): Promise<void> {
    while (!this.stopped.signal.aborted) {
      const left = this.timeLeft();
      if (left <= 0) this.loseByTime();
      // No longer than what is left at least when a suspended lease goes on.
      else await sleep(this.runtime, Math.min(left, this.leaseMs * FRESH_FRACTION), this.stopped.signal);
    }
  }

  private timeLeft(): number {
    return this.suspended ? Infinity : this.trustedUntil - this.runtime.monotonicMs();
  }

  private loseByTime(): void {
    const why = this.lastFailure === undefined ? '' : ` (${errorText(this.lastFailure)})`;
    this.lose(`it could not be renewed within its lease of ${this.leaseMs} ms${why}`, this.lastFailure);
  }
}
