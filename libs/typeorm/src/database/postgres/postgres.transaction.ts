import type { TransactionOutcome } from '@nestjs-flamingock/core/adapter';
import { raw, sql, type Row, type Sql } from '../../sql/sql.js';
import type { DataSource } from 'typeorm';
import {
  CommitRefusedError,
  ImplicitCommitError,
  NonTransactionalStatementError,
} from '../../transaction.errors.js';
import { postgresSessionEffect, type SessionEffect } from '../../sql/session-effect.js';
import { statementWords } from '../../sql/statement-words.js';
import { AlteredSession } from '../altered-session.js';
import type { Answer } from '../connection.js';
import type { Admission } from '../database.js';
import type { SqlResult } from '../../sql/dialect.js';
import { driverError, isServerError, messageOf } from '../driver-error.js';
import { explainPostgresEnd, watchConnection } from '../ended-connection.js';
import { inlined, postgresDialect } from './postgres.dialect.js';
import { sendSeveral } from './postgres.messages.js';
import { rollBackAll } from '../query-runner.js';
import { PooledTransaction } from '../pooled/pooled.transaction.js';
import type { ChangeSavepoint } from '../change-part.js';
import type { TransactionParts } from '../pooled/transaction-parts.js';
import { isGone } from '../expect-tables.js';
import { TablesDroppedError } from '../../run.errors.js';
import { mayBeOfOthers, PostgresSavepoints } from './postgres.savepoints.js';
import { rememberSession } from './postgres.session.js';

/** Begins a message that ends with COMMIT: a transaction that is stopped in it is committing. */
export const COMMITTING = '/* COMMIT */';

/** The code of every statement's error in a transaction in which one has failed. */
export const IN_FAILED_TRANSACTION = '25P02';

/** Some of what is refused by it, such as to export a snapshot, is refused behind a savepoint alone. */
const ACTIVE_TRANSACTION = '25001';

/**
 * Active SQL transaction, unsafe use of a new enum value, invalid transaction termination:
 * the statement needs a transaction of its own, or none.
 */
const NON_TRANSACTIONAL = [ACTIVE_TRANSACTION, '55P04', '2D000'];

/** A PostgreSQL transaction. After any error it can only be rolled back, and the server sees to that. */
export class PostgresTransaction extends PooledTransaction {
  readonly lexicalRules = postgresDialect.lexicalRules;
  protected readonly session = new AlteredSession(() =>
    rememberSession(this.executor, this.dataSource, this.runner),
  );
  admitted: Row | undefined;
  /** Names the transaction, once its end has to be found out. */
  private id: string | undefined;
  private atCommit: Sql | undefined;
  private chained = false;
  /** The row that the admission of the next transaction has marked. */
  private next: Row | undefined;
  private readonly savepoints: PostgresSavepoints;
  /** True once a statement has failed, and none has run since. */
  private hasFailed = false;
  private readonly connection: { readonly reason: unknown };

  constructor(parts: TransactionParts) {
    super(parts);
    this.connection = watchConnection(parts.runner);
    this.savepoints = new PostgresSavepoints(parts.dataSource, parts.runner);
  }

  get goesOn(): boolean {
    return this.next !== undefined;
  }

  follow(changeId: string): Promise<PostgresTransaction> {
    const following = new PostgresTransaction(this.partsFor(changeId));
    following.admitted = this.next;
    return Promise.resolve(following);
  }

  commitWith(statement: Sql): void {
    this.atCommit = statement;
  }

  override async execute(statement: Sql): Promise<SqlResult> {
    const { atCommit } = this;
    this.atCommit = undefined;
    if (atCommit) await this.perform('', () => this.send(inlined(atCommit)));
    return super.execute(statement);
  }

  protected openSavepoint(): ChangeSavepoint {
    const { savepoints } = this;
    savepoints.begin();
    return {
      set: () => this.setForSubscribers(),
      keep: async () => {
        if (await this.noting(() => savepoints.keep())) this.part?.close();
      },
      rollBack: async () => {
        await savepoints.rollBack();
        this.hasFailed = false;
      },
    };
  }

  protected admitStatement(): void {
    // The server knows best, and refuses without harm.
  }

  protected async undo(): Promise<'rolled-back' | 'partly-applied'> {
    const isCurrent = await this.isCurrent();
    await rollBackAll(this.runner);
    return isCurrent && (await this.isUndone()) ? 'rolled-back' : 'partly-applied';
  }

  protected async watch(): Promise<void> {
    this.id ??= await this.ask('pg_catalog.txid_current()');
  }

  protected async assertWhole(): Promise<void> {
    // As the server does, which would tell only at the next statement.
    if (this.hasFailed && this.id === undefined) throw new CommitRefusedError(this.changeId);
    if (!(await this.isCurrent())) throw new ImplicitCommitError(this.changeId);
  }

  protected effectOf(words: readonly string[]): SessionEffect {
    return postgresSessionEffect(words);
  }

  protected async sendCommit(next: Admission | undefined): Promise<void> {
    const before = this.beforeCommit();
    if (before.length === 0) {
      this.assertCommitted(await this.send('COMMIT'));
      return;
    }
    const isFollowed = next !== undefined && this.atCommit !== undefined;
    this.chained = isFollowed;
    const statements = [...before, 'COMMIT'];
    if (isFollowed) statements.push(beginning(this.dataSource), inlined(next.statement()));
    statements[0] = `${COMMITTING} ${statements[0]}`;
    const answers = await sendSeveral(this.dataSource, this.runner, statements);
    this.next = admittedRow(answers[before.length + 2]);
    this.assertCommitted(answers[before.length]);
    // A transaction that was not admitted gets the server's refusal when it begins for itself.
    if (isFollowed && !this.next) this.unusable = next.refusal();
  }

  private beforeCommit(): readonly string[] {
    const append = this.atCommit ? [inlined(this.atCommit)] : [];
    return [...this.savepoints.beforeCommit(), ...append];
  }

  /** A transaction in which a statement had failed is rolled back by COMMIT, without an error. */
  private assertCommitted(answer: Answer | undefined): void {
    if (answer?.command !== 'COMMIT') throw new CommitRefusedError(this.changeId);
  }

  /** What failed may have been the statement before the COMMIT, and the transaction be open still. */
  protected override async notCommitted(error: unknown): Promise<TransactionOutcome> {
    const { atCommit } = this;
    const isOpen = this.beforeCommit().length > 0 && this.isRefusal(error);
    const outcome = await (isOpen ? this.rollBack(error) : super.notCommitted(error));
    if (!atCommit || !isAbout(error, inlined(atCommit))) return outcome;
    return { ...outcome, error: new TablesDroppedError(error) } as TransactionOutcome;
  }

  /** With more than the COMMIT in the message, what failed may have come after it. */
  protected isRefusal(error: unknown): boolean {
    if (this.chained) return false;
    return error instanceof CommitRefusedError || isServerError(error);
  }

  protected async attempt<T>(text: string, statement: () => Promise<T>): Promise<T> {
    try {
      return await this.noting(() => this.savepoints.run(text, statement));
    } catch (cause) {
      throw this.explain(text, this.explainEnd(cause));
    }
  }

  protected explainEnd(error: unknown): unknown {
    return explainPostgresEnd(this.changeId, error, this.connection.reason);
  }

  /** Takes note of whether a statement fails, and why. */
  private async noting<T>(statement: () => Promise<T>): Promise<T> {
    try {
      const answer = await statement();
      this.hasFailed = false;
      return answer;
    } catch (error) {
      this.hasFailed = isServerError(error);
      if (mayBeOfOthers(error)) this.part?.blameOthers();
      if (driverError(error).code === ACTIVE_TRANSACTION) this.part?.blameSavepoint();
      throw error;
    }
  }

  /** False once another transaction runs, or none; one that has failed cannot be asked, and counts as current. */
  private async isCurrent(): Promise<boolean> {
    if (this.id === undefined || this.completed) return true;
    try {
      return (await this.ask('pg_catalog.txid_current_if_assigned()')) === this.id;
    } catch (error) {
      if (driverError(error).code === IN_FAILED_TRANSACTION) return true;
      throw error;
    }
  }

  private async isUndone(): Promise<boolean> {
    return this.id === undefined || (await this.ask(`pg_catalog.txid_status(${this.id})`)) === 'aborted';
  }

  private async ask(expression: string): Promise<string> {
    const { rows } = await this.executor.execute(sql`SELECT ${raw(expression)}::text AS answer`);
    return String(rows[0]?.['answer']);
  }

  private explain(text: string, cause: unknown): unknown {
    const { code } = driverError(cause);
    const [words = []] = statementWords(text, postgresDialect.lexicalRules);
    // SET TRANSACTION reports the same when it comes too late.
    if (!NON_TRANSACTIONAL.includes(String(code)) || words[0] === 'SET') return cause;
    return new NonTransactionalStatementError(this.changeId, words.slice(0, 3).join(' '), messageOf(cause), {
      cause,
    });
  }
}

/** True if a table of our statement is not there. That of a deferred trigger of the change would be another one. */
function isAbout(error: unknown, statement: string): boolean {
  const table = /"(?:[^"]*\.)?([^".]+)"/.exec(messageOf(error))?.[1];
  return isGone(postgresDialect, error) && table !== undefined && statement.includes(`"${table}"`);
}

/** How a transaction begins as TypeORM begins it, in one statement. */
export function beginning({ options }: DataSource): string {
  const { isolationLevel } = options as { isolationLevel?: string };
  return `START TRANSACTION${isolationLevel === undefined ? '' : ` ISOLATION LEVEL ${isolationLevel}`}`;
}

/** The row that an admission marked; `undefined` where it was refused. */
export function admittedRow(answer: Answer | undefined): Row | undefined {
  return answer?.rowCount === 1 ? answer.rows?.[0] : undefined;
}
