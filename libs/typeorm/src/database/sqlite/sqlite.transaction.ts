import type { TransactionOutcome } from '@nestjs-flamingock/core/adapter';
import type { QueryRunner } from 'typeorm';
import { Sql } from '../../sql/sql.js';
import { DataSourceClosedError } from '../../run.errors.js';
import { ForeignKeysPragmaError } from '../../sqlite.errors.js';
import { sqliteDialect } from './sqlite.dialect.js';
import { statementWords } from '../../sql/statement-words.js';
import { setsForeignKeys } from '../../sql/foreign-keys-pragma.js';
import { transactionControl } from '../../sql/transaction-control.js';
import { ChangePart, SAVEPOINT, type ChangeSavepoint } from '../change-part.js';
import type { Admission, ChangeTransaction, TransactionPart } from '../database.js';
import type { SqlResult } from '../../sql/dialect.js';
import { holdCommits } from '../held-commits.js';
import { refresh, setDepth } from '../query-runner.js';
import { controlError, lostError } from '../transaction-faults.js';
import { withoutBusyTimeout, type SqliteHandle } from './sqlite-handle.js';

const SET_SAVEPOINT = new Sql([`SAVEPOINT ${SAVEPOINT}`]);
const RELEASE_SAVEPOINT = new Sql([`RELEASE ${SAVEPOINT}`]);
const ROLL_BACK_TO_SAVEPOINT = new Sql([`ROLLBACK TO ${SAVEPOINT}`]);

/** The connection of a DataSource while the transaction of a change is open on it. */
export interface ChangeConnection {
  readonly handle: SqliteHandle;
  /** Executes a statement of ours. */
  run(statement: Sql): SqlResult;
  /** Repeats a COMMIT that a busy database refused, for as long as one may take. */
  retryWhileBusy(attempt: () => Promise<void>): Promise<void>;
  /** @throws BrokenReferenceError when the change has broken a reference. */
  assertForeignKeys(changeId: string): void;
  /** To be called as soon as the transaction is not open any more; `isFollowed` by that of another change. */
  ended(isFollowed: boolean): void;
}

/** The transaction of a change, or of several, on the one connection of a SQLite DataSource. */
export class SqliteTransaction implements ChangeTransaction {
  readonly lexicalRules = sqliteDialect.lexicalRules;
  /** The error with which SQLite ended the transaction by itself, as it does when the disk is full. */
  private lost: { readonly error: unknown } | undefined;
  /** True if a statement of the change ran after that, which nothing takes back. */
  private hasEscaped = false;
  /** That of the change that runs, where several share the transaction. */
  private part: ChangePart | undefined;
  private readonly tellCommits: () => void;

  constructor(
    private changeId: string,
    readonly runner: QueryRunner,
    private readonly connection: ChangeConnection,
  ) {
    this.tellCommits = holdCommits(runner);
  }

  async beginPart(changeId: string): Promise<TransactionPart> {
    this.changeId = changeId;
    refresh(this.runner);
    const part = new ChangePart(changeId, this.runner, this.savepointOf(changeId), this.part === undefined);
    this.part = part;
    await part.begin();
    return part;
  }

  /** Every transaction of SQLite is serializable. */
  includesLevel(): boolean {
    return true;
  }

  admit(text: string): void {
    for (const words of statementWords(text, sqliteDialect.lexicalRules)) {
      const control = transactionControl(words);
      if (control !== undefined) throw controlError(this.changeId, control);
      if (setsForeignKeys(words, text)) throw new ForeignKeysPragmaError(this.changeId);
    }
  }

  async lendConnection(): Promise<unknown> {
    this.part?.assertAlone("The driver's connection");
    return this.runner.connect();
  }

  async perform<T>(_text: string, statement: () => Promise<T>): Promise<T> {
    this.assertOpen();
    try {
      const result = await statement();
      this.hasEscaped ||= !this.connection.handle.inTransaction;
      return result;
    } catch (error) {
      this.noteLoss(error);
      throw error;
    }
  }

  async complete(): Promise<void> {
    this.assertOpen();
  }

  async execute(statement: Sql): Promise<SqlResult> {
    this.assertOpen();
    try {
      return this.connection.run(statement);
    } catch (error) {
      this.noteLoss(error);
      throw error;
    }
  }

  async commit(next?: Admission): Promise<TransactionOutcome> {
    const { broadcaster } = this.runner;
    try {
      await broadcaster.broadcast('BeforeTransactionCommit');
      this.connection.assertForeignKeys(this.changeId);
      await this.sendCommit(next !== undefined);
    } catch (error) {
      // A transaction that can still be rolled back was not committed.
      const isOpen = this.connection.handle.inTransaction;
      const undone = await this.undo().catch(() => undefined);
      return isOpen && undone === 'rolled-back' ? { status: undone, error } : { status: 'unknown', error };
    }
    // It is committed, also where a subscriber throws.
    await broadcaster.broadcast('AfterTransactionCommit').catch(() => undefined);
    return { status: 'committed' };
  }

  async rollBack(error: unknown): Promise<TransactionOutcome> {
    return { status: await this.undo(), error };
  }

  release(): Promise<void> {
    this.tellCommits();
    return this.runner.release();
  }

  private savepointOf(changeId: string): ChangeSavepoint {
    return {
      set: async () => {
        await this.execute(SET_SAVEPOINT);
      },
      keep: async () => {
        this.connection.assertForeignKeys(changeId);
        await this.execute(RELEASE_SAVEPOINT);
      },
      rollBack: async () => {
        await this.execute(ROLL_BACK_TO_SAVEPOINT);
        await this.execute(RELEASE_SAVEPOINT);
      },
    };
  }

  /** A busy COMMIT leaves the transaction open and may be sent again. */
  private sendCommit(isFollowed: boolean): Promise<void> {
    return this.connection.retryWhileBusy(async () => {
      withoutBusyTimeout(this.connection.handle, (handle) => handle.exec('COMMIT'));
      this.ended(isFollowed);
    });
  }

  private async undo(): Promise<'rolled-back' | 'partly-applied'> {
    const { broadcaster } = this.runner;
    const { handle } = this.connection;
    const wasOpen = handle.inTransaction;
    await broadcaster.broadcast('BeforeTransactionRollback').catch(() => undefined);
    try {
      if (handle.inTransaction) handle.exec('ROLLBACK');
    } finally {
      this.ended();
    }
    await broadcaster.broadcast('AfterTransactionRollback').catch(() => undefined);
    return wasOpen || !this.hasEscaped ? 'rolled-back' : 'partly-applied';
  }

  private noteLoss(error: unknown): void {
    if (!this.connection.handle.inTransaction) this.lost ??= { error };
  }

  private ended(isFollowed = false): void {
    setDepth(this.runner, 0);
    this.connection.ended(isFollowed);
  }

  /** @throws DataSourceClosedError; TransactionLostError once SQLite has ended the transaction: what came after would not be part of it. */
  private assertOpen(): void {
    const { handle } = this.connection;
    if (handle.inTransaction) return;
    if (!handle.open) throw new DataSourceClosedError();
    throw lostError(this.changeId, this.lost ? this.lost.error : 'it is not open any more');
  }
}
