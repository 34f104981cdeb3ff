import { unlessAborted } from '../runtime/abort.js';
import { NoAnswerError } from '../runtime/answer-timeout.js';
import { errorText } from '../errors/error-text.js';
import type { Runtime } from '../runtime/runtime.js';
import { sleep } from '../runtime/sleep.js';
import { leaseRanOut, LockLostError, LockUnconfirmedError } from './lock.errors.js';
import { withinTime } from '../runtime/within-time.js';
import type { LockHold, LockRenewal, LockStore } from './lock-store.js';

/** Part of the lease after which it is renewed. */
const HEARTBEAT_FRACTION = 1 / 3;
/** Part of the lease that is left at least while no heartbeat is due. */
const FRESH_FRACTION = 1 - HEARTBEAT_FRACTION;
/** Part of the lease after which a renewal that failed is tried again. */
const RETRY_FRACTION = 1 / 20;
/** Part of the lease by which the watch is late at least where the process stood still. */
const STILL_FRACTION = 1 / 20;

/** The answer in nearly every case, which each change asks for several times. */
const HELD = Promise.resolve();

/** The time after the end of a lease until the store has said whose the lock is. */
interface Doubt {
  /** Why the lease ended. */
  readonly why: string;
  /** When the holder treats the lock as lost where the store has not answered. */
  readonly until: number;
  /** Resolves once the store has answered or the lease is lost. Never rejects. */
  readonly known: Promise<void>;
}

/**
 * The lock while this process has it, kept alive by a heartbeat.
 *
 * The holder trusts its lease until the start of the last successful renewal plus the
 * lease, on its own monotonic clock: a store that measures from when the request arrived
 * ends it no earlier. Past that moment nothing goes through until the store has said
 * whose the lock is: a process that stood still, or whose renewals were kept waiting, goes
 * on if no other instance has taken over. Without an answer for another lease the lock is lost. Once
 * lost, a lease stays lost.
 */
export class Lease {
  private readonly lost = new AbortController();
  private readonly stopped = new AbortController();
  private trustedUntil: number;
  /** When the watch looks next, unless the process stands still. */
  private looksAt: number;
  private suspended = false;
  private released = false;
  private loss: LockLostError | undefined;
  private doubt: Doubt | undefined;
  private asking: Promise<void> | undefined;
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
    this.looksAt = askedAt;
    void this.beat();
    void this.watch();
  }

  /** Fencing token of this acquisition. */
  get token(): number {
    return this.hold.token;
  }

  /** True once this holder has released the lock, or found that it has lost it. */
  get isReleased(): boolean {
    return this.released;
  }

  /** True between {@link suspend} and {@link resume}. */
  get isSuspended(): boolean {
    return this.suspended;
  }

  /** Aborts the moment the lease is lost; its reason is the {@link LockLostError}. */
  get signal(): AbortSignal {
    return this.lost.signal;
  }

  /** @throws LockLostError once the lease is lost; LockUnconfirmedError while that is not known. */
  assertHeld(): void {
    // Once the lock is lost nothing is trusted any more.
    if (this.runtime.monotonicMs() < this.trustedUntil) return;
    this.look();
    if (this.loss) throw this.loss;
    if (this.doubt) {
      const { why, known } = this.doubt;
      throw new LockUnconfirmedError(this.hold.service, this.token, why, known);
    }
  }

  /**
   * Resolves once the lock is known to be held, mostly at once.
   *
   * @throws LockLostError when it is not.
   */
  whenHeld(): Promise<void> {
    this.look();
    return this.doubt || this.loss ? this.whenKnown() : HELD;
  }

  private async whenKnown(): Promise<void> {
    while (this.doubt) {
      await this.doubt.known;
      this.look();
    }
    if (this.loss) throw this.loss;
  }

  /** Treats the lock as lost at once, because a write was fenced. */
  lose(why: string, cause?: unknown): LockLostError {
    this.loss ??= new LockLostError(this.hold.service, this.token, why, { cause });
    this.trustedUntil = -Infinity;
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
    await this.whenHeld();
  }

  /**
   * A transaction of this holder now keeps all others from writing the lock: until
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
    this.trust(this.runtime.monotonicMs());
    await this.ask();
  }

  /** Stops the heartbeat and frees the lock, if it is still this holder's. */
  async release(): Promise<void> {
    this.stopped.abort();
    if (!this.loss) await this.store.release(this.hold);
    this.released = true;
  }

  private async beat(): Promise<void> {
    while (!this.stopped.signal.aborted) {
      await sleep(this.runtime, this.leaseMs * HEARTBEAT_FRACTION, this.stopped.signal);
      await this.ask();
    }
  }

  /** Resolves once the store has answered, or the lease is lost. Never rejects. */
  private ask(): Promise<void> {
    this.asking ??= this.renewUntilKnown().finally(() => (this.asking = undefined));
    return this.asking;
  }

  private async renewUntilKnown(): Promise<void> {
    while (!this.stopped.signal.aborted && !this.suspended && !(await this.renewed())) {
      if (this.doubt && this.runtime.monotonicMs() >= this.doubt.until)
        this.lose(this.explained('its store has not answered since then'), this.lastFailure);
      await sleep(this.runtime, this.leaseMs * RETRY_FRACTION, this.stopped.signal);
    }
  }

  /** True once the store has answered. */
  private async renewed(): Promise<boolean> {
    const askedAt = this.runtime.monotonicMs();
    try {
      const renewal = await unlessAborted(this.stopped.signal, this.askToRenew());
      if (renewal === 'lost') this.lose(this.explained('another instance took it over'));
      else this.trust(askedAt);
      this.lastFailure = undefined;
      return true;
    } catch (cause) {
      this.lastFailure = cause;
      return false;
    }
  }

  /** A renewal that hangs, on a connection that is open and dead, must not keep the next one from being sent. */
  private askToRenew(): Promise<LockRenewal> {
    const atMostMs = Math.ceil(this.leaseMs * HEARTBEAT_FRACTION);
    const late = () => new NoAnswerError(atMostMs);
    return withinTime(atMostMs, this.store.renew(this.hold, this.leaseMs), late, this.runtime);
  }

  /** Fires the signal even while a renewal hangs. */
  private async watch(): Promise<void> {
    while (!this.stopped.signal.aborted) {
      this.look();
      await (this.doubt?.known ?? this.sleepUntilDue());
    }
  }

  /** Never longer than what is left at least when a suspended lease goes on. */
  private sleepUntilDue(): Promise<void> {
    const pause = Math.min(this.timeLeft(), this.leaseMs * HEARTBEAT_FRACTION);
    this.looksAt = this.runtime.monotonicMs() + pause;
    return sleep(this.runtime, pause, this.stopped.signal);
  }

  /** Notices that the trusted time is over, and asks the store before it treats the lock as lost. */
  private look(): void {
    if (this.loss || this.doubt || this.timeLeft() > 0) return;
    const now = this.runtime.monotonicMs();
    const lateMs = Math.round(now - this.looksAt);
    const why = leaseRanOut(this.leaseMs, lateMs < this.leaseMs * STILL_FRACTION ? 0 : lateMs);
    const known = this.ask().finally(() => (this.doubt = undefined));
    this.doubt = { why, until: now + this.leaseMs, known };
  }

  /** Trusts the lease from `askedAt`, when the renewal was requested. */
  private trust(askedAt: number): void {
    if (!this.loss) this.trustedUntil = Math.max(this.trustedUntil, askedAt + this.leaseMs);
  }

  private timeLeft(): number {
    return this.suspended ? Infinity : this.trustedUntil - this.runtime.monotonicMs();
  }

  private explained(why: string): string {
    if (!this.doubt) return why;
    const failure = this.lastFailure === undefined ? '' : ` (${errorText(this.lastFailure)})`;
    return `${why}, after ${this.doubt.why}${failure}`;
  }
}
