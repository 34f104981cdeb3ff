import { setTimeout as sleep } from 'node:timers/promises';
import { takeOver } from '@nestjs-flamingock/core';
import type { DataSource, QueryRunner } from 'typeorm';
import type { Row, Sql } from '../sql.js';
import { PoolTooSmallError, RightMissingError, RowHeldError } from '../typeorm.errors.js';
import { ANSWER_MS, bounded } from './bounded.js';
import { discard, giveBack, send } from './connection.js';
import type { Admission, ChangeTransaction, SearchPath, SqlDatabase } from './database.js';
import type { Dialect, SqlExecutor, SqlResult, Trouble, Upsert } from './dialect.js';
import { isVerdict } from './driver-error.js';
import { lendRunner } from './lend-runner.js';
import { openRunner } from './query-runner.js';
import type { PooledTransaction } from './pooled.transaction.js';
import type { RowWrite } from './row-write.js';
import type { RowHolder, Server } from './server.js';
import { Turnstile } from './turnstile.js';
import { watchedRunner } from './watched-runner.js';

/** How long a statement is tried again while others are in its way, in milliseconds. */
const PATIENCE_MS = 10_000;

/** How long a write waits for a transaction that cannot be ended, in milliseconds. */
const HELD_PATIENCE_MS = 30_000;

/** One for the run, one for the heartbeat. */
const CONNECTIONS = 2;

/** A transaction that was handed out, and the place that it has in the lines. */
interface HandedOut {
  readonly transaction: PooledTransaction;
  readonly admission: Admission | undefined;
  readonly leave: () => void;
}

/**
 * A database server behind a pool of connections, of which we use two at most: whatever
 * else there is to do waits in line. One transaction at a time, so that one connection
 * is always free for short statements, the heartbeat's before all.
 */
export class PooledDatabase implements SqlDatabase {
  readonly dialect: Dialect;
  readonly searchPath: SearchPath | undefined;
  private readonly connections = new Turnstile(CONNECTIONS);
  private readonly transactions = new Turnstile(1);
  /** The transaction with whose commit the next one has begun. */
  private begun: HandedOut | undefined;
  /** How many times somebody needed what such a transaction holds. */
  private needs = 0;

  constructor(
    private readonly dataSource: DataSource,
    private readonly server: Server,
  ) {
    this.dialect = server.dialect;
    this.searchPath = server.searchPath?.(dataSource, (use) => this.connected(use));
  }

  async execute(statement: Sql): Promise<SqlResult> {
    await this.letGo();
    return this.within(PATIENCE_MS).execute(statement);
  }

  within(patienceMs: number, answerMs?: number): SqlExecutor {
    return {
      execute: (statement) =>
        this.insist(['busy'], patienceMs, () =>
          this.connected(
            (runner) => this.server.executor(this.dataSource, runner).execute(statement),
            answerMs,
          ),
        ),
    };
  }

  async atomically(guard: Sql, rest: readonly Sql[]): Promise<boolean> {
    await this.letGo();
    return this.insist(['busy'], PATIENCE_MS, async () => {
      if (rest.length > 0) return this.connected((runner) => this.inOneTransaction(runner, guard, rest));
      const { affected } = await this.connected((runner) =>
        this.server.executor(this.dataSource, runner).execute(guard),
      );
      return affected > 0;
    });
  }

  async createTables(statements: readonly Sql[]): Promise<void> {
    for (const statement of statements) {
      await this.insist(['busy', 'being-created'], PATIENCE_MS, () =>
        this.connected((runner) => this.server.executor(this.dataSource, runner).execute(statement)),
      );
    }
  }

  async claim(upsert: Upsert, row: RowWrite, on?: SqlExecutor): Promise<Row | undefined> {
    if (on) return this.takeOver(row, this.dialect.upsert(on, upsert));
    await this.letGo();
    return this.insist(['busy'], PATIENCE_MS, () =>
      this.connected((runner) =>
        this.takeOver(row, this.dialect.upsert(this.server.executor(this.dataSource, runner), upsert)),
      ),
    );
  }

  checkPool(): void {
    if (this.server.poolSize(this.dataSource) === 1) throw new PoolTooSmallError(CONNECTIONS);
  }

  async begin(changeId: string, admission?: Admission): Promise<ChangeTransaction> {
    const begun = await this.takeBegun(admission);
    const runner = begun?.transaction.runner ?? openRunner(this.dataSource);
    const leave = begun?.leave ?? (await this.enter());
    try {
      const beginning =
        begun && admission
          ? begun.transaction.follow(changeId, admission)
          : this.server.begin(changeId, this.dataSource, runner, admission);
      const transaction = await bounded(ANSWER_MS, beginning);
      const { needs } = this;
      transaction.onRelease(() => this.takeBack({ transaction, admission, leave }, needs));
      return transaction;
    } catch (error) {
      await discard(runner, error);
      await giveBack(runner);
      leave();
      throw error;
    }
  }

  async letGo(): Promise<void> {
    const { begun } = this;
    this.begun = undefined;
    this.needs += 1;
    if (begun) await giveUp(begun);
  }

  lend(changeId: string, work: (runner: QueryRunner) => Promise<void>): Promise<void> {
    return lendRunner(this.dataSource, this.server, changeId, work);
  }

  watched(runner: QueryRunner): QueryRunner {
    return watchedRunner(this.dataSource, this.server, runner);
  }

  /**
   * Keeps what has begun with a commit, unless anybody has needed what it holds meanwhile, or waits
   * for a transaction: it may be the next change, after a commit that took too long.
   */
  private async takeBack(one: HandedOut, needsBefore: number): Promise<void> {
    const isNeeded = this.needs !== needsBefore || this.transactions.isAwaited;
    if (one.transaction.canGoOn && !isNeeded) this.begun = one;
    else await giveUp(one);
  }

  /** What has begun for that admission; what has begun for another one is in the way. */
  private async takeBegun(admission: Admission | undefined): Promise<HandedOut | undefined> {
    const { begun } = this;
    if (begun?.admission !== admission || begun?.transaction.runner.isReleased) {
      await this.letGo();
      return undefined;
    }
    this.begun = undefined;
    return begun;
  }

  private async enter(): Promise<() => void> {
    const endTurn = await this.transactions.enter();
    const leave = await this.connections.enter();
    return () => {
      leave();
      endTurn();
    };
  }

  private takeOver<T>(row: RowWrite, writing: Promise<T>): Promise<T> {
    return takeOver<T, RowHolder>(writing, {
      endHolder: (seen) => this.connected((on) => this.server.endHolder(on, row, seen)),
      refusal: (holder, cause) => new RowHeldError(row, holder, cause),
      patienceMs: HELD_PATIENCE_MS,
    });
  }

  private async inOneTransaction(runner: QueryRunner, guard: Sql, rest: readonly Sql[]): Promise<boolean> {
    const executor = this.server.executor(this.dataSource, runner);
    await send(this.dataSource, runner, 'START TRANSACTION');
    try {
      const { affected } = await executor.execute(guard);
      if (affected > 0) for (const statement of rest) await executor.execute(statement);
      await send(this.dataSource, runner, affected > 0 ? 'COMMIT' : 'ROLLBACK');
      return affected > 0;
    } catch (error) {
      await discard(runner, error);
      throw error;
    }
  }

  private async connected<T>(use: (runner: QueryRunner) => Promise<T>, answerMs = ANSWER_MS): Promise<T> {
    const runner = openRunner(this.dataSource);
    const leave = await this.connections.enter();
    try {
      return await bounded(answerMs, use(runner));
    } catch (error) {
      // Without an answer the connection may be lost, or still be busy with the statement.
      if (!isVerdict(error)) await discard(runner, error);
      throw error;
    } finally {
      await giveBack(runner);
      leave();
    }
  }

  private async insist<T>(
    passing: readonly Trouble[],
    patienceMs: number,
    attempt: () => Promise<T>,
  ): Promise<T> {
    const deadline = performance.now() + patienceMs;
    for (;;) {
      try {
        return await attempt();
      } catch (error) {
        const trouble = this.dialect.troubleOf(error);
        if (trouble === 'forbidden') throw new RightMissingError(error);
        if (!trouble || !passing.includes(trouble) || performance.now() >= deadline) throw error;
      }
      await sleep(5 + Math.random() * 20);
    }
  }
}

function giveUp({ transaction, leave }: HandedOut): Promise<void> {
  return transaction.letGo().finally(leave);
}
