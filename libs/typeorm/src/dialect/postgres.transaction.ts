import type { TransactionOutcome } from '@nestjs-flamingock/core';
import type { Row, Sql } from '../sql.js';
import { CommitRefusedError, NonTransactionalStatementError } from '../typeorm.errors.js';
import { statementWords, type Lexis } from '../statement/statement-words.js';
import { sendSeveral, type Answer } from './connection.js';
import type { SqlResult } from './dialect.js';
import { driverError, messageOf } from './driver-error.js';
import { inlined } from './postgres.dialect.js';
import { PooledTransaction } from './pooled.transaction.js';

const LEXIS: Lexis = { mysqlComments: false, postgresTexts: true, backslashes: false, several: true };

/** Begins a message that ends with COMMIT: whoever is stopped in it is committing. */
export const COMMITTING = '/* COMMIT */';

/**
 * Active SQL transaction, unsafe use of a new enum value, invalid transaction termination:
 * the statement needs a transaction of its own, or none.
 */
const NON_TRANSACTIONAL = ['25001', '55P04', '2D000'];

/** A PostgreSQL transaction. After any error it can only be rolled back, and the server sees to that. */
export class PostgresTransaction extends PooledTransaction {
  protected readonly lexis = LEXIS;
  admitted: Row | undefined;
  private atCommit: Sql | undefined;

  commitWith(statement: Sql): void {
    this.atCommit = statement;
  }

  override async execute(statement: Sql): Promise<SqlResult> {
    const { atCommit } = this;
    this.atCommit = undefined;
    if (atCommit) await this.perform('', () => this.send(inlined(atCommit)));
    return super.execute(statement);
  }

  complete(): Promise<void> {
    return Promise.resolve();
  }

  protected admitStatement(): void {
    // The server knows best, and refuses without harm.
  }

  /** A transaction in which a statement had failed is rolled back by COMMIT, without an error. */
  protected checkCommit({ command }: Answer): void {
    if (command !== 'COMMIT') throw new CommitRefusedError(this.changeId);
  }

  protected async undo(): Promise<'rolled-back'> {
    await this.rollBackAll();
    return 'rolled-back';
  }

  protected fate(): 'rolled-back' {
    return 'rolled-back';
  }

  protected override async sendCommit(): Promise<Answer> {
    if (!this.atCommit) return super.sendCommit();
    const statements = [`${COMMITTING} ${inlined(this.atCommit)}`, 'COMMIT'];
    const [, committed] = await sendSeveral(this.dataSource, this.runner, statements);
    return committed ?? {};
  }

  /** What failed may have been the statement before the COMMIT, and the transaction be open still. */
  protected override async notCommitted(error: unknown): Promise<TransactionOutcome> {
    return this.atCommit && this.isRefusal(error) ? this.rollBack(error) : super.notCommitted(error);
  }

  protected override isRefusal(error: unknown): boolean {
    return error instanceof CommitRefusedError || super.isRefusal(error);
  }

  protected async attempt<T>(text: string, statement: () => Promise<T>): Promise<T> {
    try {
      return await statement();
    } catch (cause) {
      throw this.explain(text, cause);
    }
  }

  private explain(text: string, cause: unknown): unknown {
    const { code } = driverError(cause);
    const [words = []] = statementWords(text, LEXIS);
    // SET TRANSACTION reports the same when it comes too late.
    if (!NON_TRANSACTIONAL.includes(String(code)) || words[0] === 'SET') return cause;
    return new NonTransactionalStatementError(this.changeId, words.slice(0, 3).join(' '), messageOf(cause), {
      cause,
    });
  }
}
