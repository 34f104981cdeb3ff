import { ChangeEndedError, withinTime } from '@nestjs-flamingock/core';
import type { mongo } from 'mongoose';
import { NestedTransactionError, OperationHangsError } from '../mongoose.errors.js';
import { nestedSession } from './nested-session.js';
import type { ScopedSessions, StartSession } from './session-scope.js';
import { sessionView } from './session-view.js';

/** How long an operation that nobody awaited is waited for at the end, in milliseconds. */
const LAST_OPERATION_MS = 10_000;

/** One execution of a change inside its transaction, from the first operation to the last. */
export class ChangeSession implements ScopedSessions {
  private readonly nested = new Set<object>();
  private readonly running = new Map<object, () => void>();
  private failure: NestedTransactionError | undefined;
  private ended = false;

  constructor(
    readonly changeId: string,
    /** Has the transaction open. */
    readonly session: mongo.ClientSession,
  ) {}

  begin(_start: StartSession, options: Parameters<StartSession>[0]): mongo.ClientSession {
    this.assertRunning();
    return options?.explicit === false ? this.join(options.owner) : this.lend();
  }

  /** The session of the transaction for whoever wants one: transactions begun on it are part of the change's. */
  lend(): mongo.ClientSession {
    return nestedSession(this);
  }

  /** @throws ChangeEndedError once the change has ended. */
  assertRunning(): void {
    if (this.ended) throw new ChangeEndedError(this.changeId);
  }

  /** Takes note of a transaction inside the change's own that is open. */
  open(nested: object): void {
    this.nested.add(nested);
  }

  /** It has ended; `failure` if the change must not commit any more. */
  close(nested: object, failure?: NestedTransactionError): void {
    this.nested.delete(nested);
    this.failure ??= failure;
  }

  /**
   * Ends the change: waits for operations that are still running, and refuses every later one.
   *
   * @throws NestedTransactionError when one inside it failed or is still open;
   * OperationHangsError when an operation does not end.
   */
  async seal(): Promise<void> {
    if (this.nested.size > 0) throw new NestedTransactionError(this.changeId, 'was not ended');
    await withinTime(
      LAST_OPERATION_MS,
      this.operationsEnded(),
      () => new OperationHangsError(this.changeId, LAST_OPERATION_MS),
    );
    this.end();
    if (this.failure) throw this.failure;
  }

  /** Refuses every later operation. */
  end(): void {
    this.ended = true;
  }

  /** The transaction's session for one operation or cursor of the driver, which says when it has ended. */
  private join(owner: unknown): mongo.ClientSession {
    const operation = {};
    // A cursor lives as long as nobody closes it: only its operations would have to be waited for.
    if (typeof owner === 'symbol') this.running.set(operation, () => undefined);
    const { session, running } = this;
    const assertRunning = (): void => {
      if (!running.has(operation)) this.assertRunning();
    };
    return sessionView(session, {
      owner,
      get hasEnded(): boolean {
        assertRunning();
        return session.hasEnded;
      },
      endSession: async () => {
        running.get(operation)?.();
        running.delete(operation);
      },
    });
  }

  private async operationsEnded(): Promise<void> {
    while (this.running.size > 0) {
      const [operation] = this.running.keys();
      if (operation) await new Promise<void>((resolve) => this.running.set(operation, resolve));
    }
  }
}
