import type { TransactionOutcome } from '@nestjs-flamingock/core';
import type { QueryRunner } from 'typeorm';
import type { Sql } from '../sql.js';
import { TransactionControlError, TransactionLostError } from '../typeorm.errors.js';
import { statementWords, type Lexis } from '../statement/statement-words.js';
import { transactionControl } from '../statement/transaction-control.js';
import type { ChangeTransaction } from './database.js';
import type { SqlResult } from './dialect.js';
import { runnerExecutor } from './query-runner.js';
import { sqliteDialect } from './sqlite.dialect.js';
import type { SqliteHandle } from './sqlite-handle.js';

/** The driver runs one statement at a time; what follows in the text belongs to a trigger. */
const LEXIS: Lexis = { mysqlComments: false, postgresTexts: false, backslashes: false, several: false };

/** The transaction of a change on the one connection of a SQLite DataSource. */
export class SqliteTransaction implements ChangeTransaction {
  /** The error with which SQLite ended the transaction by itself, as it does when the disk is full. */
  private lost: { readonly error: unknown } | undefined;
  /** True if a statement of the change ran after that, which nothing takes back. */
  private hasEscaped = false;

  constructor(
    private readonly changeId: string,
    readonly runner: QueryRunner,
    private readonly handle: SqliteHandle,
    /** Repeats for a while what a busy database refused. */
    private readonly whileBusy: (attempt: () => Promise<void>) => Promise<void>,
    private readonly ended: () => void,
  ) {}

  admit(text: string): void {
    for (const words of statementWords(text, LEXIS)) {
      const control = transactionControl(words);
      if (control !== undefined) throw new TransactionControlError(this.changeId, control);
    }
  }

  lendConnection(): Promise<unknown> {
    return this.runner.connect();
  }

  async perform<T>(_text: string, statement: () => Promise<T>): Promise<T> {
    this.assertOpen();
    try {
      const result = await statement();
      this.hasEscaped ||= !this.handle.inTransaction;
      return result;
    } catch (error) {
      if (!this.handle.inTransaction) this.lost ??= { error };
      throw error;
    }
  }

  async complete(): Promise<void> {
    this.assertOpen();
  }

  execute(statement: Sql): Promise<SqlResult> {
    return this.perform('', () => runnerExecutor(this.runner, sqliteDialect).execute(statement));
  }

  async commit(): Promise<TransactionOutcome> {
    try {
      await this.sendCommit();
      return { status: 'committed' };
    } catch (error) {
      // Whoever can still take it back knows that it was not committed.
      const isOpen = this.handle.inTransaction;
      const undone = await this.undo().catch(() => undefined);
      return isOpen && undone === 'rolled-back' ? { status: undone, error } : { status: 'unknown', error };
    }
  }

  async rollBack(error: unknown): Promise<TransactionOutcome> {
    return { status: await this.undo(), error };
  }

  release(): Promise<void> {
    return this.runner.release();
  }

  private async sendCommit(): Promise<void> {
    // A busy COMMIT leaves the transaction open and may be sent again.
    await this.whileBusy(async () => {
      try {
        await this.runner.commitTransaction();
      } catch (error) {
        // Not active any more: it is committed, and only a subscriber failed after it.
        if (this.runner.isTransactionActive) throw error;
      }
    });
    this.ended();
  }

  private async undo(): Promise<'rolled-back' | 'partly-applied'> {
    const { handle, runner } = this;
    const wasOpen = handle.inTransaction;
    try {
      while (runner.isTransactionActive) await runner.rollbackTransaction();
    } catch (error) {
      if (handle.inTransaction) handle.exec('ROLLBACK');
      if (handle.inTransaction) throw error;
    } finally {
      Object.assign(runner, { isTransactionActive: false, transactionDepth: 0 });
      this.ended();
    }
    return wasOpen || !this.hasEscaped ? 'rolled-back' : 'partly-applied';
  }

  /** @throws TransactionLostError once SQLite has ended the transaction: what came after would not be part of it. */
  private assertOpen(): void {
    if (this.handle.inTransaction) return;
    throw new TransactionLostError(this.changeId, this.lost ? this.lost.error : 'it is not open any more');
  }
}
