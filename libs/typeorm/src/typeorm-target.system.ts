import type {
  ChangeRun,
  HandleToken,
  Handles,
  Marker,
  Transaction,
  TransactionalTargetSystem,
  TransactionOutcome,
} from '@nestjs-flamingock/core';
import { DataSource, EntityManager, type QueryRunner } from 'typeorm';
import { ChangeSession } from './change-session.js';
import { contextOf } from './data-source-context.js';
import type { SqlDatabase } from './dialect/database.js';
import { QUERY_RUNNER } from './inject-query-runner.decorator.js';
import type { TransactionScope } from './transaction-scope.js';
import { TypeOrmMarkerStore } from './typeorm-marker.store.js';
import type { TypeOrmTableOptions } from './typeorm.options.js';
import { TypeOrmTransaction } from './typeorm-transaction.js';

type Work = (handles: Handles, tx: Transaction) => Promise<void>;

/** The SQL database of a DataSource, altered in transactions. */
export class TypeOrmTargetSystem implements TransactionalTargetSystem {
  readonly handleTokens: readonly HandleToken[] = [EntityManager, DataSource, QUERY_RUNNER];
  readonly markers: TypeOrmMarkerStore;
  private readonly database: SqlDatabase;
  private readonly scope: TransactionScope;

  /**
   * @throws UnsupportedDriverError for a driver without a dialect.
   * @throws TablePrefixError for a prefix that cannot begin an SQL identifier.
   */
  constructor(
    readonly id: string,
    readonly resource: DataSource,
    options: Required<TypeOrmTableOptions>,
  ) {
    const { database, scope } = contextOf(resource);
    this.database = database;
    this.scope = scope;
    this.markers = new TypeOrmMarkerStore(id, database, options);
  }

  async run(_change: ChangeRun, work: (handles: Handles) => Promise<void>): Promise<void> {
    const runner = this.resource.createQueryRunner();
    try {
      await work(this.handles(this.resource.manager, runner));
    } finally {
      await runner.release();
    }
  }

  async transaction(change: ChangeRun, work: Work, marker?: Marker): Promise<TransactionOutcome> {
    this.scope.install(this);
    let runner: QueryRunner;
    try {
      runner = await this.database.begin();
    } catch (error) {
      return { status: 'rolled-back', error };
    }
    try {
      return await this.complete(runner, change, work, marker);
    } finally {
      await runner.release();
    }
  }

  /** Takes the hook off the DataSource. */
  close(): Promise<void> {
    this.scope.uninstall(this);
    return Promise.resolve();
  }

  private async complete(
    runner: QueryRunner,
    change: ChangeRun,
    work: Work,
    marker: Marker | undefined,
  ): Promise<TransactionOutcome> {
    const session = new ChangeSession(change.changeId, this.resource, runner);
    const inside = this.database.inside(runner);
    try {
      if (marker) await this.markers.raiseFence(inside, marker.service, marker.token);
      await this.perform(session, runner, work);
      if (marker) await this.markers.write(inside, marker);
    } catch (error) {
      return { status: await this.database.rollBack(runner), error };
    }
    return this.commit(runner);
  }

  private async perform(session: ChangeSession, runner: QueryRunner, work: Work): Promise<void> {
    const lent = session.lendRunner();
    const transaction = new TypeOrmTransaction(this.resource, runner);
    try {
      await this.scope.run(session, () => work(this.handles(lent.manager, lent), transaction));
      session.assertNoneNested();
    } finally {
      session.end();
    }
  }

  private async commit(runner: QueryRunner): Promise<TransactionOutcome> {
    try {
      await this.database.commit(runner);
      return { status: 'committed' };
    } catch (error) {
      // Whoever can still take it back knows that it was not committed.
      const undone = await this.database.rollBack(runner).catch(() => undefined);
      return undone === 'rolled-back' ? { status: undone, error } : { status: 'unknown', error };
    }
  }

  private handles(manager: EntityManager, runner: QueryRunner): Handles {
    return new Map<unknown, unknown>([
      [EntityManager, manager],
      [DataSource, this.resource],
      [QUERY_RUNNER, runner],
    ]);
  }
}
