import { takeOver, type AdapterHost, type TakeOverActions } from '@nestjs-flamingock/core/adapter';
import type { DataSource, QueryRunner } from 'typeorm';
import type { Row, Sql } from '../../sql/sql.js';
import { PoolTooSmallError } from '../../pool.errors.js';
import { RightMissingError, RowHeldError } from '../../typeorm.errors.js';
import { bounded } from '../bounded.js';
import { discard, releaseRunner, send } from '../connection.js';
import type { Admission, ChangeTransaction, Heartbeat, SearchPath, SqlDatabase } from '../database.js';
import type { Dialect, SqlExecutor, SqlResult, SqlErrorKind, Upsert } from '../../sql/dialect.js';
import { lendRunner } from '../lend-runner.js';
import { CONNECTIONS, PooledConnections, type Service } from './pooled.connections.js';
import type { PooledTransaction } from './pooled.transaction.js';
import type { RowWrite } from '../../sql/row-write.js';
import type { RowHolder, Server } from '../server.js';
import { Semaphore } from '../semaphore.js';
import { watchedRunner } from '../watched-runner.js';
import { BUSY_MS, retryWhileBusy } from '../while-busy.js';

/** A transaction that was handed out, and the place that it has in the lines. */
interface HandedOut {
  readonly transaction: PooledTransaction;
  readonly admission: Admission | undefined;
  readonly leave: () => void;
}

/**
 * A database server behind a pool of connections, of which we use two at most: all
 * further work waits in line. One transaction at a time, so that one connection
 * is always free for short statements, the heartbeat's before all.
 */
export class PooledDatabase implements SqlDatabase {
  readonly dialect: Dialect;
  readonly searchPath: SearchPath | undefined;
  readonly heartbeat: Heartbeat;
  private readonly connections: PooledConnections;
  private readonly transactions = new Semaphore(1);
  /** The transaction with whose commit the next one has begun. */
  private begun: HandedOut | undefined;
  /** For each runner that a change without a transaction has asked for: see {@link Server.watchEnd}. */
  private readonly watchedEnds: ReturnType<Server['watchEnd']>[] = [];
  /** How many times another caller needed the connection or the rows of such a transaction. */
  private needs = 0;

  constructor(
    private readonly dataSource: DataSource,
    private readonly server: Server,
    private readonly host: AdapterHost,
  ) {
    this.dialect = server.dialect;
    const connections = new PooledConnections(dataSource, server, host);
    this.connections = connections;
    this.heartbeat = {
      keep: (holder, ms) => connections.keep(holder, ms),
      end: (holder) => connections.end(holder),
      within: (atMostMs) => this.trying(atMostMs, { answerMs: atMostMs, first: true }),
    };
    this.searchPath = server.searchPath?.(dataSource, (use) => connections.lend(use));
  }

  async execute(statement: Sql): Promise<SqlResult> {
    await this.endBegun();
    return this.within(BUSY_MS).execute(statement);
  }

  within(patienceMs: number): SqlExecutor {
    return this.trying(patienceMs);
  }

  async atomically(guard: Sql, rest: readonly Sql[]): Promise<boolean> {
    await this.endBegun();
    return this.retryWhile(['busy'], BUSY_MS, async () => {
      if (rest.length > 0) {
        return this.connections.lend((runner) => this.inOneTransaction(runner, guard, rest));
      }
      return (await this.alone(guard)).affected > 0;
    });
  }

  async createTables(statements: readonly Sql[]): Promise<void> {
    for (const statement of statements) {
      await this.retryWhile(['busy', 'being-created'], BUSY_MS, () => this.alone(statement));
    }
  }

  async claim(upsert: Upsert, row: RowWrite, on?: SqlExecutor): Promise<Row | undefined> {
    if (on) return this.takeOver(row, this.dialect.upsert(on, upsert));
    await this.endBegun();
    return this.retryWhile(['busy'], BUSY_MS, () =>
      this.connections.lend((runner) =>
        this.takeOver(row, this.dialect.upsert(this.server.executor(this.dataSource, runner), upsert)),
      ),
    );
  }

  checkPool(): void {
    if (this.server.poolSize(this.dataSource) === 1) throw new PoolTooSmallError(CONNECTIONS);
  }

  async begin(changeId: string, admission?: Admission): Promise<ChangeTransaction> {
    const { dataSource, host } = this;
    const begun = await this.takeBegun(admission);
    const leave = begun?.leave ?? (await this.enter());
    let runner = begun?.transaction.runner;
    try {
      runner ??= await this.connections.open();
      const beginning =
        begun && admission
          ? begun.transaction.follow(changeId, admission)
          : this.server.begin({ changeId, dataSource, host, runner }, admission);
      const transaction = await bounded(host, host.limits.answerMs, beginning);
      const { needs } = this;
      transaction.onRelease(() => this.keepOrEnd({ transaction, admission, leave }, needs));
      return transaction;
    } catch (error) {
      if (runner) {
        await discard(runner, error);
        await releaseRunner(runner);
      }
      leave();
      throw error;
    }
  }

  async endBegun(): Promise<void> {
    const { begun } = this;
    this.begun = undefined;
    this.needs += 1;
    if (begun) await endHandedOut(begun);
  }

  async lend(changeId: string, work: (runner: QueryRunner) => Promise<void>): Promise<void> {
    const { connections, dataSource, server, host, watchedEnds } = this;
    watchedEnds.length = 0;
    try {
      await connections.share(() => lendRunner({ dataSource, server, host }, changeId, work));
    } catch (cause) {
      // TypeORM's managers say themselves that their runner is given up.
      throw watchedEnds.reduce((error, explain) => explain(changeId, error), cause);
    }
  }

  watched(runner: QueryRunner): QueryRunner {
    this.watchedEnds.push(this.server.watchEnd(runner));
    return watchedRunner(this.dataSource, this.server, runner);
  }

  /**
   * Keeps the chained transaction for the next change, unless another caller has needed its connection or rows
   * meanwhile, or waits for a transaction: that may be the next change, after a commit that took too long.
   */
  private async keepOrEnd(one: HandedOut, needsBefore: number): Promise<void> {
    const isNeeded = this.needs !== needsBefore || this.transactions.isAwaited;
    if (one.transaction.canGoOn && !isNeeded) this.begun = one;
    else await endHandedOut(one);
  }

  /** The chained transaction, if it has begun for that admission; one that has begun for another is ended. */
  private async takeBegun(admission: Admission | undefined): Promise<HandedOut | undefined> {
    const { begun } = this;
    if (begun?.admission !== admission || begun?.transaction.runner.isReleased) {
      await this.endBegun();
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
    const { limits, runtime } = this.host;
    const steps: TakeOverActions<RowHolder> = {
      endHolder: (seen) =>
        this.connections.lend((on) => this.server.endHolder(this.dataSource, on, row, seen)),
      refusal: (holder, cause) => new RowHeldError(row, holder, cause),
      patienceMs: limits.takeOverMs,
    };
    return takeOver(writing, steps, runtime);
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

  private trying(patienceMs: number, service?: Service): SqlExecutor {
    return {
      execute: (statement) => this.retryWhile(['busy'], patienceMs, () => this.alone(statement, service)),
    };
  }

  private alone(statement: Sql, service?: Service): Promise<SqlResult> {
    return this.connections.lend(
      (runner) => this.server.executor(this.dataSource, runner).execute(statement),
      service,
    );
  }

  private async retryWhile<T>(
    passing: readonly SqlErrorKind[],
    patienceMs: number,
    attempt: () => Promise<T>,
  ): Promise<T> {
    try {
      return await retryWhileBusy(this.host, this.dialect, { forMs: patienceMs, passing }, attempt);
    } catch (error) {
      throw this.dialect.classifyError(error) === 'forbidden' ? new RightMissingError(error) : error;
    }
  }
}

function endHandedOut({ transaction, leave }: HandedOut): Promise<void> {
  return transaction.releaseConnection().finally(leave);
}
