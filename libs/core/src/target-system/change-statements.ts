import { ChangeEndedError, UnawaitedStatementsError } from '../lock/change-scope.errors.js';
import { bounded, currentChange } from '../lock/change-scope.js';
import { LockUnconfirmedError } from '../lock/lock.errors.js';
import type { AdapterHost } from '../runtime/adapter-host.js';
import { turn as afterTurn } from '../runtime/turn.js';
import { withinTime } from '../runtime/within-time.js';

const GOES_ON = (): void => undefined;

/**
 * What one call of a change's method does in its target system: which statements are on their way, and
 * none after its end. For target systems that see the statements of a change.
 */
export class ChangeStatements {
  private readonly running = new Map<object, string>();
  private readonly scope = currentChange();
  private readonly unawaited: string[] = [];
  private isSealing = false;
  private wrote = false;
  private isIdle = (): void => undefined;
  private ended = false;

  /**
   * @param check what else may keep a statement from being sent: the one that `TargetSystem.run` is given
   * @param readOnly that of the {@link ChangeRun}
   */
  constructor(
    readonly changeId: string,
    private readonly check: (text: string) => void = GOES_ON,
    private readonly readOnly = false,
  ) {}

  /** True while its `@Verify()` is asked: a statement that does more than read is to be refused. */
  get mayOnlyRead(): boolean {
    return this.readOnly || this.scope?.mayOnlyRead === true;
  }

  /** True once the change has written, or tried to: see {@link noteWrite}. */
  get haveWritten(): boolean {
    return this.wrote;
  }

  /** True once the change has ended: nothing more is sent. */
  get haveEnded(): boolean {
    return this.ended;
  }

  /**
   * To be called before each statement.
   *
   * @throws ChangeEndedError once the change has ended, which is reported; the error of the check.
   */
  assertOpen(text: string): void {
    if (this.ended) throw this.refusal(text);
    this.check(text);
  }

  /**
   * {@link assertOpen} for a statement that can wait: while it is not known whether the lock is still held, gives
   * what resolves once the statement may be sent.
   */
  admission(text: string): Promise<void> | undefined {
    try {
      this.assertOpen(text);
      return undefined;
    } catch (error) {
      if (!(error instanceof LockUnconfirmedError)) throw error;
      return error.known.then(() => this.admission(text));
    }
  }

  /** The error for a statement that comes after the end of the change. The engine reports it once for the change. */
  refusal(text: string): ChangeEndedError {
    this.scope?.late(text);
    return new ChangeEndedError(this.changeId);
  }

  /** To be called before each statement that writes, whatever becomes of it, where `Transaction.isEmpty` is told. */
  noteWrite(): void {
    this.wrote = true;
  }

  /** Notes a statement that is on its way. @returns notes that it has ended. */
  begin(text: string): () => void {
    const statement = {};
    this.running.set(statement, text);
    if (this.isSealing) this.unawaited.push(text);
    return () => {
      this.running.delete(statement);
      if (this.running.size === 0) this.isIdle();
    };
  }

  /** Notes a statement until it has settled. */
  async track<T>(text: string, statement: Promise<T>): Promise<T> {
    const done = this.begin(text);
    try {
      return await statement;
    } finally {
      done();
    }
  }

  /** @throws UnawaitedFailureError where something has failed that the change does not await. */
  assertNoStray(): void {
    this.scope?.assertNoStray();
  }

  /** Refuses every later statement. */
  end(): void {
    this.ended = true;
  }

  /**
   * Called once the method has returned: refuses every later statement. Waits for those on their way as long as
   * they take, which is for the target system to bound.
   *
   * @param turn waits for as long as a call of the driver may take to come to its first statement
   * @param wait bounds the wait for those on their way
   * @throws UnawaitedStatementsError where there were any, once they have ended; UnawaitedFailureError where one has
   * failed before, and the change does not await it.
   */
  async seal(turn?: () => Promise<unknown>, wait = (ended: Promise<void>) => ended): Promise<void> {
    this.unawaited.push(...this.running.values());
    this.isSealing = true;
    if (turn && !this.ended) await turn();
    this.end();
    if (this.unawaited.length === 0) {
      this.assertNoStray();
      return;
    }
    const texts = this.unawaited.splice(0).map(bounded);
    this.scope?.failing();
    if (this.running.size > 0) await wait(new Promise((resolve) => (this.isIdle = resolve)));
    throw new UnawaitedStatementsError(this.changeId, this.scope?.methodName, texts);
  }

  /**
   * {@link seal} on a driver that sends at the next turn of the event loop, for at most half the time of an answer:
   * what is left of it is there to take the change back.
   *
   * @param late the error where statements are still on their way after so many milliseconds
   */
  sealWithin({ limits, runtime }: AdapterHost, late: (waitedMs: number) => Error): Promise<void> {
    const ms = limits.answerMs / 2;
    return this.seal(afterTurn, (ended) => withinTime(ms, ended, () => late(ms), runtime));
  }
}
