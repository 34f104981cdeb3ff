import type { TransactionOutcome } from '@nestjs-flamingock/core';
import type { QueryRunner } from 'typeorm';
import type { Sql } from '../sql.js';
import { TransactionControlError } from '../typeorm.errors.js';
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

  perform<T>(_text: string, statement: () => Promise<T>): Promise<T> {
    return statement();
  }

  complete(): Promise<void> {
    return Promise.resolve();
  }

  execute(statement: Sql): Promise<SqlResult> {
    return runnerExecutor(this.runner, sqliteDialect).execute(statement);
  }

  async commit(): Promise<TransactionOutcome> {
    try {
      await this.sendCommit();
      return { status: 'committed' };
    } catch (error) {
      // Whoever can still take it back knows that it was not committed.
      const undone = await this.undo().catch(() => undefined);
      return undone === 'rolled-back' ? { status: undone, error } : { status: 'unknown', error };
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
    // SQLite ends a transaction by itself on some errors; what came after was not part of it.
    return wasOpen ? 'rolled-back' : 'partly-applied';
  }
}
