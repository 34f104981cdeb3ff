import { setTimeout as sleep } from 'node:timers/promises';
import { withinTime, type TransactionOutcome } from '@nestjs-flamingock/core/adapter';
import type { mongo } from 'mongoose';
import {
  ConflictingWriteError,
  NonTransactionalOperationError,
  OperationHangsError,
  TransactionLostError,
  TransactionSettingError,
} from '../mongoose.errors.js';
import { DURABLE_TRANSACTION } from '../connection/database.js';
import { isCommitUnknown, isServerError, isTransient, unfitSetting } from '../connection/server-error.js';

/** How long an abort may take; without it the server aborts by itself. */
const ABORT_MS = 2_000;

/** How long a commit is tried before its outcome counts as unknown, in milliseconds. */
const COMMIT_MS = 60_000;

const PAUSE_MS = 50;

/** How often others may be in the way of the first operation. */
const ENTRIES = 20;

/** The transaction of a change. */
export class ChangeTransaction {
  private constructor(
    private readonly changeId: string,
    readonly session: mongo.ClientSession,
  ) {}

  /**
   * Begins it with `enter`, which checks whether it may. Nothing of the change has run, so
   * that meeting another transaction there is no failure.
   *
   * @throws whatever `enter` does.
   */
  static async begin(
    changeId: string,
    session: mongo.ClientSession,
    enter: () => Promise<void>,
  ): Promise<ChangeTransaction> {
    for (let attempt = 1; ; attempt += 1) {
      session.startTransaction(DURABLE_TRANSACTION);
      try {
        await enter();
        return new ChangeTransaction(changeId, session);
      } catch (error) {
        await session.abortTransaction().catch(() => undefined);
        if (!isTransient(error) || attempt === ENTRIES) throw error;
      }
      await sleep(PAUSE_MS);
    }
  }

  /** Commits, again where the outcome is not known: the server commits no transaction twice. */
  async commit(): Promise<TransactionOutcome> {
    const doubt: { error?: unknown } = {};
    const stop = new AbortController();
    const commit = this.commitUntilKnown(doubt, stop.signal);
    try {
      return await withinTime(COMMIT_MS, commit, () => new OperationHangsError(this.changeId, COMMIT_MS));
    } catch (error) {
      return { status: 'unknown', error: doubt.error ?? error };
    } finally {
      stop.abort();
    }
  }

  /** Takes everything back, because of `error`. */
  async rollBack(error: unknown): Promise<TransactionOutcome> {
    const aborted = this.session.abortTransaction().catch(() => undefined);
    await withinTime(ABORT_MS, aborted, () => new OperationHangsError(this.changeId, ABORT_MS)).catch(
      () => undefined,
    );
    // No commit was ever sent, so that nothing of it can take effect.
    return { status: 'rolled-back', error: this.explain(error) };
  }

  private async commitUntilKnown(doubt: { error?: unknown }, stop: AbortSignal): Promise<TransactionOutcome> {
    for (;;) {
      try {
        await this.session.commitTransaction();
        return { status: 'committed' };
      } catch (error) {
        if (!isCommitUnknown(error)) {
          // After a commit whose answer was lost, a refusal may be about a transaction that is over.
          if (doubt.error !== undefined) return { status: 'unknown', error: doubt.error };
          return { status: 'rolled-back', error: this.explain(error) };
        }
        doubt.error = error;
        if (stop.aborted) throw error;
      }
      await sleep(PAUSE_MS);
    }
  }

  private explain(error: unknown): unknown {
    if (isServerError(error, 'OperationNotSupportedInTransaction')) {
      return new NonTransactionalOperationError(this.changeId, error);
    }
    if (isServerError(error, 'NoSuchTransaction', 'TransactionExceededLifetimeLimitSeconds')) {
      return new TransactionLostError(this.changeId, error);
    }
    if (isServerError(error, 'WriteConflict')) return new ConflictingWriteError(this.changeId, error);
    const unfit = unfitSetting(error);
    return unfit ? new TransactionSettingError(this.changeId, unfit.name, unfit.instead, error) : error;
  }
}
