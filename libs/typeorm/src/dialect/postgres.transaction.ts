import { CommitRefusedError, NonTransactionalStatementError } from '../typeorm.errors.js';
import { statementWords, type Lexis } from '../statement/statement-words.js';
import type { Answer } from './connection.js';
import { driverError, messageOf } from './driver-error.js';
import { PooledTransaction } from './pooled.transaction.js';

const LEXIS: Lexis = { mysqlComments: false, postgresTexts: true, backslashes: false, several: true };

/**
 * Active SQL transaction, unsafe use of a new enum value, invalid transaction termination:
 * the statement needs a transaction of its own, or none.
 */
const NON_TRANSACTIONAL = ['25001', '55P04', '2D000'];

/** A PostgreSQL transaction. After any error it can only be rolled back, and the server sees to that. */
export class PostgresTransaction extends PooledTransaction {
  protected readonly lexis = LEXIS;

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
