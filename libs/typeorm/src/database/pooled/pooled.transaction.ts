import { ChangeEndedError } from '@nestjs-flamingock/core';
import type { AdapterHost, TransactionOutcome } from '@nestjs-flamingock/core/adapter';
import type { DataSource, QueryRunner } from 'typeorm';
import type { Sql } from '../../sql/sql.js';
import { functionsEffect, type SessionEffect } from '../../sql/session-effect.js';
import { statementWords, type LexicalRules } from '../../sql/statement-words.js';
import { transactionControl } from '../../sql/transaction-control.js';
import type { AlteredSession } from '../altered-session.js';
import { bounded } from '../bounded.js';
import { ChangePart, type ChangeSavepoint } from '../change-part.js';
import { discard, releaseRunner, send, type Answer } from '../connection.js';
import type { Admission, ChangeTransaction, TransactionPart } from '../database.js';
import type { SqlExecutor, SqlResult } from '../../sql/dialect.js';
import { holdCommits, tellRollback } from '../held-commits.js';
import { refresh, setDepth } from '../query-runner.js';
import { StatementLine } from '../statement-line.js';
import { controlError, lostError } from '../transaction-faults.js';
import type { TransactionParts } from './transaction-parts.js';

/** The transaction of a change, or of several, on a connection of a pool. */
export abstract class PooledTransaction implements ChangeTransaction {
  abstract readonly lexicalRules: LexicalRules;
  protected abstract readonly session: AlteredSession;
  /** True once something ran that may have ended the transaction without a sign. */
  protected hidden = false;
  protected completed = false;
  protected unusable: unknown;
  /** That of the change that runs, where several share the transaction. */
  protected part: ChangePart | undefined;
  private readonly line = new StatementLine();
  private released: (() => Promise<void>) | undefined;
  private readonly tellCommits: () => void;

  protected changeId: string;
  protected readonly dataSource: DataSource;
  protected readonly executor: SqlExecutor;
  readonly runner: QueryRunner;
  private readonly host: AdapterHost;

  constructor({ changeId, dataSource, host, runner, executor }: TransactionParts) {
    this.changeId = changeId;
    this.dataSource = dataSource;
    this.host = host;
    this.runner = runner;
    this.executor = executor;
    this.tellCommits = holdCommits(runner);
  }

  async beginPart(changeId: string): Promise<TransactionPart> {
    Object.assign(this, { changeId, completed: false, hidden: false });
    refresh(this.runner);
    this.part = new ChangePart(changeId, this.runner, this.openSavepoint(), this.part === undefined);
    await this.part.begin();
    return this.part;
  }

  /** The default level of a server or DataSource is not known here, but none below READ COMMITTED is usual. */
  includesLevel(level: string): boolean {
    return level.startsWith('READ ');
  }

  admit(text: string): void {
    for (const words of statementWords(text, this.lexicalRules)) {
      const control = transactionControl(words);
      if (control !== undefined) throw controlError(this.changeId, control);
      this.admitStatement(words);
      this.expect(this.effectOf(words));
    }
    this.expect(functionsEffect(text));
  }

  async lendConnection(): Promise<unknown> {
    this.part?.assertFirst("The driver's connection");
    this.expect('lasting');
    return this.perform<unknown>('', async () => {
      await this.watch();
      this.hidden = true;
      return this.runner.connect();
    });
  }

  perform<T>(text: string, statement: () => Promise<T>): Promise<T> {
    const { changeId, line, session } = this;
    // What a subscriber sends because of a statement.
    if (line.hasTurn) return session.run(statement);
    return line.run(
      () => session.run(() => this.attempt(text, statement)),
      () => new ChangeEndedError(changeId),
    );
  }

  async complete(): Promise<void> {
    if (this.completed) return;
    await this.assertWhole();
    await this.session.restore();
    this.completed = true;
  }

  /** True once the next transaction has begun on the connection, with the commit of this one. */
  abstract readonly goesOn: boolean;

  /**
   * The transaction that has begun with the commit of this one, as that of a change.
   *
   * @throws the admission's refusal
   */
  abstract follow(changeId: string, admission: Admission): Promise<PooledTransaction>;

  execute(statement: Sql): Promise<SqlResult> {
    return this.perform('', () => this.executor.execute(statement));
  }

  async commit(next?: Admission): Promise<TransactionOutcome> {
    const { broadcaster } = this.runner;
    // Subscribers are told of each beginning before it happens, and what is set lasts.
    const following = this.dataSource.subscribers.length > 0 || this.session.isSpoilt ? undefined : next;
    try {
      await broadcaster.broadcast('BeforeTransactionCommit');
    } catch (error) {
      return this.rollBack(error);
    }
    // TypeORM releases a runner whose connection it saw lost.
    if (this.runner.isReleased) return this.rollBack(lostError(this.changeId, 'connection lost'));
    try {
      await this.within('commitMs', this.sendCommit(following));
    } catch (error) {
      return this.notCommitted(error);
    }
    setDepth(this.runner, 0);
    // It is committed, also where a subscriber throws.
    await broadcaster.broadcast('AfterTransactionCommit').catch(() => undefined);
    return { status: 'committed' };
  }

  async rollBack(because: unknown): Promise<TransactionOutcome> {
    const error = this.explainEnd(because);
    try {
      const undone = this.line.close().then(() => this.undo());
      return { status: await this.within('rollbackMs', undone), error };
    } catch (cause) {
      // Without its connection the server rolls back by itself: no COMMIT was ever sent.
      this.unusable = cause;
      return { status: this.outcomeIfConnectionLost(), error };
    } finally {
      setDepth(this.runner, 0);
    }
  }

  async release(): Promise<void> {
    this.tellCommits();
    await this.released?.();
  }

  /** Releases the connection to the pool, or closes it. */
  async releaseConnection(): Promise<void> {
    try {
      if (this.goesOn) await this.within('rollbackMs', this.send('ROLLBACK'));
    } catch (cause) {
      this.unusable ??= cause;
    }
    if (this.session.isSpoilt) this.unusable ??= 'a change has altered its session';
    if (this.unusable !== undefined) await discard(this.runner, this.unusable);
    await releaseRunner(this.runner);
  }

  /** Sets what its release does, which the database that has handed it out decides. */
  onRelease(then: () => Promise<void>): void {
    this.released = then;
  }

  /** True if the next transaction has begun on the connection, and the connection may be used. */
  get canGoOn(): boolean {
    return this.goesOn && this.unusable === undefined;
  }

  /** A savepoint that is set with the next statement. */
  protected abstract openSavepoint(): ChangeSavepoint;

  /** @throws NonTransactionalStatementError for a statement that must not run. */
  protected abstract admitStatement(words: readonly string[]): void;

  /** What a statement does to its session, given its words. */
  protected abstract effectOf(words: readonly string[]): SessionEffect;

  /** From now on it has to be told whether this is still the transaction that was begun. */
  protected abstract watch(): Promise<void>;

  /** @throws ImplicitCommitError, TransactionLostError when it is not. */
  protected abstract assertWhole(): Promise<void>;

  /** An error that a connection which was lost has caused, or one that names why the server has ended it. */
  protected abstract explainEnd(error: unknown): unknown;

  /** Runs a statement of the change while no other runs on the connection. */
  protected abstract attempt<T>(text: string, statement: () => Promise<T>): Promise<T>;

  /** Rolls back, and returns whether all effects were rolled back. */
  protected abstract undo(): Promise<'rolled-back' | 'partly-applied'>;

  /**
   * Commits, and begins the next transaction with it where `next` lets one in.
   *
   * @throws CommitRefusedError when the answer to COMMIT was no commit.
   */
  protected abstract sendCommit(next: Admission | undefined): Promise<void>;

  /** The parts of the next transaction. Resets the runner to the state of a new one right after BEGIN. */
  protected partsFor(changeId: string): TransactionParts {
    const { dataSource, host, runner, executor } = this;
    refresh(runner);
    return { changeId, dataSource, host, runner, executor };
  }

  /** Has the savepoint set now, where subscribers may send statements. */
  protected async setForSubscribers(): Promise<void> {
    if (this.dataSource.subscribers.length > 0) await this.perform('', () => Promise.resolve());
  }

  private expect(effect: SessionEffect): void {
    this.session.expect(effect);
    if (effect !== 'none') this.part?.close();
  }

  private within<T>(limit: 'commitMs' | 'rollbackMs', work: Promise<T>): Promise<T> {
    return bounded(this.host, this.host.limits[limit], work);
  }

  protected send(text: string): Promise<Answer> {
    return send(this.dataSource, this.runner, text);
  }

  /** The outcome of a transaction whose COMMIT was answered by an error, or not at all. */
  protected async notCommitted(error: unknown): Promise<TransactionOutcome> {
    setDepth(this.runner, 0);
    if (this.isRefusal(error)) {
      await tellRollback(this.runner);
      return { status: 'rolled-back', error };
    }
    this.unusable = error;
    return { status: 'unknown', error };
  }

  /** True if an error of COMMIT says for certain that nothing was committed. */
  protected abstract isRefusal(error: unknown): boolean;

  /** The outcome of a transaction whose connection is lost before its COMMIT. */
  private outcomeIfConnectionLost(): 'rolled-back' | 'partly-applied' {
    return this.hidden && !this.completed ? 'partly-applied' : 'rolled-back';
  }
}
