import { TransactionLostError } from '@nestjs-flamingock/core';
import {
  sleep,
  withinTime,
  type AdapterHost,
  type TransactionOutcome,
} from '@nestjs-flamingock/core/adapter';
import type { mongo } from 'mongoose';
import {
  ConflictingWriteError,
  NonTransactionalOperationError,
  OperationHangsError,
  TransactionSettingError,
} from '../mongoose.errors.js';
import { DURABLE_TRANSACTION } from '../connection/database.js';
import {
  isCommitUnknown,
  isServerError,
  isTransient,
  messageOf,
  unfitSetting,
} from '../connection/server-error.js';

/** Between two attempts, in milliseconds: a transaction that is in the way ends within a few of them. */
const PAUSE_MS = 50;

/** How often others may be in the way of the first operation. */
const ENTRIES = 20;

/** What to do about a transaction that the server has aborted. */
const LOST =
  'An operation had failed and its error was caught, or the change took longer than transactionLifetimeLimitSeconds ' +
  '(60 by default). Let errors end the change; declare one that takes long "transactional: false".';

/** What the transaction of a change is made of. */
export interface TransactionParts {
  readonly changeId: string;
  readonly session: mongo.ClientSession;
  readonly host: AdapterHost;
}

/** The transaction of a change. */
export class ChangeTransaction {
  private constructor(private readonly parts: TransactionParts) {}

  get session(): mongo.ClientSession {
    return this.parts.session;
  }

  /**
   * Begins it with `enter`, which checks whether it may. Nothing of the change has run, so
   * that meeting another transaction there is no failure.
   *
   * @throws the error of `enter`.
   */
  static async begin(parts: TransactionParts, enter: () => Promise<void>): Promise<ChangeTransaction> {
    const { session, host } = parts;
    for (let attempt = 1; ; attempt += 1) {
      session.startTransaction(DURABLE_TRANSACTION);
      try {
        await enter();
        return new ChangeTransaction(parts);
      } catch (error) {
        await session.abortTransaction().catch(() => undefined);
        if (!isTransient(error) || attempt === ENTRIES) throw error;
      }
      await sleep(host.runtime, PAUSE_MS);
    }
  }

  /** Commits, again where the outcome is not known: the server commits no transaction twice. */
  async commit(): Promise<TransactionOutcome> {
    const doubt: { error?: unknown } = {};
    const stop = new AbortController();
    const commit = this.commitUntilKnown(doubt, stop.signal);
    try {
      return await this.within('commitMs', commit);
    } catch (error) {
      return { status: 'unknown', error: doubt.error ?? error };
    } finally {
      stop.abort();
    }
  }

  /** Takes everything back, because of `error`. */
  async rollBack(error: unknown): Promise<TransactionOutcome> {
    const aborted = this.session.abortTransaction().catch(() => undefined);
    // Without it the server aborts by itself.
    await this.within('rollbackMs', aborted).catch(() => undefined);
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
      await sleep(this.parts.host.runtime, PAUSE_MS);
    }
  }

  private within<T>(limit: 'commitMs' | 'rollbackMs', work: Promise<T>): Promise<T> {
    const { changeId, host } = this.parts;
    const ms = host.limits[limit];
    return withinTime(ms, work, () => new OperationHangsError(changeId, ms), host.runtime);
  }

  private explain(error: unknown): unknown {
    const { changeId } = this.parts;
    if (isServerError(error, 'OperationNotSupportedInTransaction')) {
      return new NonTransactionalOperationError(changeId, error);
    }
    if (isServerError(error, 'NoSuchTransaction', 'TransactionExceededLifetimeLimitSeconds')) {
      return new TransactionLostError(changeId, messageOf(error), LOST, { cause: error });
    }
    if (isServerError(error, 'WriteConflict')) return new ConflictingWriteError(changeId, error);
    const unfit = unfitSetting(error);
    return unfit ? new TransactionSettingError(changeId, unfit.name, unfit.instead, error) : error;
  }
}
