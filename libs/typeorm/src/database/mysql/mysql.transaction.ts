import type { TransactionOutcome } from '@nestjs-flamingock/core/adapter';
import { ImplicitCommitError, NonTransactionalStatementError } from '../../transaction.errors.js';
import { commitEffect, neverCommits } from '../../sql/implicit-commit.js';
import { mysqlSessionEffect, type SessionEffect } from '../../sql/session-effect.js';
import { mysqlDialect } from './mysql.dialect.js';
import { statementWords } from '../../sql/statement-words.js';
import { AlteredSession } from '../altered-session.js';
import type { Answer } from '../connection.js';
import type { Admission } from '../database.js';
import { driverError, isServerError } from '../driver-error.js';
import { explainMysqlEnd } from '../ended-connection.js';
import { rollBackAll } from '../query-runner.js';
import { rememberSession } from './mysql.session.js';
import { lostError } from '../transaction-faults.js';
import { SAVEPOINT, type ChangeSavepoint } from '../change-part.js';
import { PooledTransaction } from '../pooled/pooled.transaction.js';

const NO_SUCH_SAVEPOINT = 1305;
const DEADLOCK = 1213;
/** Whoever holds the lock may wait for one that changes before hold. */
const LOCK_WAIT_TIMEOUT = 1205;
const ROLLED_BACK_DURING_COMMIT = 3101;

/** Bit of the status in a server's answers. */
const IN_TRANSACTION = 1;

/**
 * A transaction of MySQL or MariaDB, which many statements commit implicitly. Those are
 * refused; against those that do not show, in a procedure, stands a savepoint, set before
 * the first statement that is not certain to leave the transaction alone: the end of the transaction takes it
 * away, which is how one behind our back shows. Of some errors, a
 * deadlock or a record that has changed, the server rolls everything back, and would run what
 * comes next outside any transaction: after each one it is asked, and nothing comes next.
 */
export class MysqlTransaction extends PooledTransaction {
  readonly lexicalRules = mysqlDialect.lexicalRules;
  protected readonly session = new AlteredSession(() =>
    rememberSession(this.executor, (text) => this.send(text)),
  );
  /** Set once the transaction has ended with a statement that failed. */
  private lost: Error | undefined;
  private hasSavepoint = false;
  /** True once something ran that is not certain to leave the transaction alone. */
  private isDoubtful = false;
  /** True once the server has answered after the change's last statement. */
  private isAnswered = false;
  goesOn = false;

  /** As {@link PooledTransaction.follow}; the first statement of it is the admission. */
  async follow(changeId: string, admission: Admission): Promise<MysqlTransaction> {
    const following = new MysqlTransaction(this.partsFor(changeId));
    await following.enter(admission);
    return following;
  }

  /** @throws the admission's refusal */
  async enter(admission: Admission): Promise<void> {
    const { affected } = await this.executor.execute(admission.statement());
    if (affected === 0) throw admission.refusal();
  }

  /** A connection that was lost by then is found before the COMMIT, whose outcome would be unknown. */
  override async commit(next?: Admission): Promise<TransactionOutcome> {
    try {
      if (!this.isAnswered) await this.send('DO 0');
    } catch (error) {
      return this.rollBack(error);
    }
    return super.commit(next);
  }

  protected async assertWhole(): Promise<void> {
    if (this.lost) throw this.lost;
    if (this.isDoubtful) await this.onSavepoint('RELEASE');
    this.isAnswered = this.isDoubtful;
  }

  protected async watch(): Promise<void> {
    this.isDoubtful = true;
    if (!this.hasSavepoint) await this.setSavepoint();
  }

  /** The next savepoint of that name takes its place. */
  protected openSavepoint(): ChangeSavepoint {
    this.hasSavepoint = false;
    this.isDoubtful = false;
    return {
      set: () => this.setForSubscribers(),
      keep: () => Promise.resolve(),
      rollBack: async () => {
        if (this.lost) throw this.lost;
        if (this.hasSavepoint) await this.onSavepoint('ROLLBACK TO');
      },
    };
  }

  protected effectOf(words: readonly string[]): SessionEffect {
    return mysqlSessionEffect(words);
  }

  protected async sendCommit(next: Admission | undefined): Promise<void> {
    const answer = await this.send(next ? 'COMMIT AND CHAIN' : 'COMMIT');
    // Servers that only speak MySQL's protocol may read AND CHAIN and do nothing about it.
    this.goesOn = next !== undefined && isInTransaction(answer);
  }

  protected admitStatement(words: readonly string[]): void {
    const found = commitEffect(words);
    if (found.effect === 'hidden') this.hidden = true;
    if (found.effect !== 'commits') return;
    throw new NonTransactionalStatementError(
      this.changeId,
      found.statement,
      'on MySQL and MariaDB it commits the transaction that it runs in',
    );
  }

  protected async attempt<T>(text: string, statement: () => Promise<T>): Promise<T> {
    if (this.lost) throw this.lost;
    if (!this.completed) await this.guard(text);
    try {
      const answer = await statement();
      this.isAnswered = this.completed;
      return answer;
    } catch (error) {
      await this.notice(error);
      if (driverError(error).errno === LOCK_WAIT_TIMEOUT) this.part?.blameOthers();
      throw this.explainEnd(error);
    }
  }

  protected explainEnd(error: unknown): unknown {
    return explainMysqlEnd(this.changeId, error);
  }

  protected async undo(): Promise<'rolled-back' | 'partly-applied'> {
    const whole = await this.isWhole();
    await rollBackAll(this.runner);
    return whole ? 'rolled-back' : 'partly-applied';
  }

  protected isRefusal(error: unknown): boolean {
    return [DEADLOCK, ROLLED_BACK_DURING_COMMIT].includes(Number(driverError(error).errno));
  }

  /** Other changes of the transaction would be committed with this one, and without their entries. */
  private async guard(text: string): Promise<void> {
    if (isHarmless(text)) {
      if (this.part && !this.hasSavepoint) await this.setSavepoint();
      return;
    }
    this.part?.assertFirst(
      statementWords(text, mysqlDialect.lexicalRules)[0]?.slice(0, 3).join(' ') ?? 'A statement',
    );
    await this.watch();
  }

  private async setSavepoint(): Promise<void> {
    await this.send(`SAVEPOINT ${SAVEPOINT}`);
    this.hasSavepoint = true;
  }

  /** @throws ImplicitCommitError where it is gone. */
  private async onSavepoint(action: 'RELEASE' | 'ROLLBACK TO'): Promise<void> {
    try {
      await this.send(`${action} SAVEPOINT ${SAVEPOINT}`);
    } catch (cause) {
      throw isGone(cause) ? new ImplicitCommitError(this.changeId, cause) : cause;
    }
  }

  /** False if any statement was, or may have been, committed. */
  private async isWhole(): Promise<boolean> {
    if (this.completed) return true;
    if (this.lost) return !this.hidden;
    if (!this.hasSavepoint) return true;
    try {
      await this.onSavepoint('ROLLBACK TO');
      return true;
    } catch (error) {
      if (error instanceof ImplicitCommitError) return false;
      throw error;
    }
  }

  private async notice(error: unknown): Promise<void> {
    if (!isServerError(error) || isInTransaction(await this.send('DO 0'))) return;
    const { changeId } = this;
    this.lost = this.hidden ? new ImplicitCommitError(changeId, error) : lostError(changeId, error);
  }
}

function isHarmless(text: string): boolean {
  return statementWords(text, mysqlDialect.lexicalRules).every((words) => neverCommits(words));
}

/** True if the session had a transaction open when the server gave that answer. */
export function isInTransaction({ serverStatus }: Answer): boolean {
  return (Number(serverStatus) & IN_TRANSACTION) !== 0;
}

function isGone(error: unknown): boolean {
  return driverError(error).errno === NO_SUCH_SAVEPOINT;
}
