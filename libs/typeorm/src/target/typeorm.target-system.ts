import {
  ChangeStatements,
  type AdapterHost,
  type ChangeRun,
  type HandleToken,
  type GroupingTargetSystem,
  type Handles,
  type Marker,
  type MemberOutcome,
  type TargetDiagnosis,
  type Transaction,
  type TransactionGroup,
  type TransactionOutcome,
} from '@nestjs-flamingock/core/adapter';
import type { DataSource, QueryRunner } from 'typeorm';
import { HANDLE_TOKENS, handlesOf } from '../change/change-handles.js';
import { ChangeSession } from '../change/change-session.js';
import { contextOf } from '../change/data-source-context.js';
import type { Admission, ChangeTransaction, SqlDatabase } from '../database/database.js';
import { boundLockWaits, lockBoundRunner, lockTimeoutObstacle } from '../change/lock-waits.js';
import { createMetadataTable } from '../change/metadata-table.js';
import { databaseSystemOf } from '../database/dialects.js';
import { expectTables } from '../database/expect-tables.js';
import { SqlForeignHistories } from '../foreign/sql.foreign-histories.js';
import { diagnose } from '../database/diagnose.js';
import { serverVersionOf } from '../database/server-version.js';
import { isTransient } from '../database/transient.js';
import { isSeen } from '../change/seen-objects.js';
import { takeBack } from '../change/take-back.js';
import { Sql } from '../sql/sql.js';
import { trackedRunner } from '../change/tracked-runner.js';
import type { ScopedRunners, TransactionScope } from '../change/transaction-scope.js';
import { TypeOrmMarkerStore } from './typeorm.marker-store.js';
import { assertReads } from '../change/assert-reads.js';
import { ConnectionHangsError } from '../typeorm.errors.js';
import type { TableSettings } from '../typeorm.options.js';
import { TypeOrmTransaction } from '../change/typeorm-transaction.js';

const ANY_ANSWER = new Sql(['SELECT 1']);

type Work = (handles: Handles, tx: Transaction) => Promise<void>;

/** The SQL database of a DataSource, altered in transactions. */
export class TypeOrmTargetSystem implements GroupingTargetSystem {
  readonly handleTokens: readonly HandleToken[] = HANDLE_TOKENS;
  readonly markers: TypeOrmMarkerStore;
  readonly foreign: SqlForeignHistories;
  readonly databaseSystem: string;
  private readonly database: SqlDatabase;
  private readonly host: AdapterHost;
  private readonly scope: TransactionScope;
  private readonly admissions: ReadonlyMap<string, Admission>;
  private isPrepared: boolean;
  readonly lockTimeoutObstacle = (inTx: boolean) => lockTimeoutObstacle(this.database.dialect, inTx);

  /**
   * @throws UnsupportedDriverError for a driver without a dialect.
   * @throws TablePrefixError for a prefix that cannot begin an SQL identifier.
   * @throws SchemaUnsupportedError for a schema where there are none.
   */
  constructor(
    readonly id: string,
    readonly resource: DataSource,
    options: TableSettings,
    given?: AdapterHost,
  ) {
    const { database, scope, admissions, host } = contextOf(resource, given);
    this.host = host;
    this.admissions = admissions;
    this.database = database;
    this.scope = scope;
    this.foreign = new SqlForeignHistories(resource, database);
    this.databaseSystem = databaseSystemOf(resource);
    this.isPrepared = !options.createTables;
    this.markers = new TypeOrmMarkerStore(id, resource, options);
  }

  /**
   * @throws the driver's error before `work` is called; OpenTransactionError when `work` left a transaction open;
   * UnawaitedStatementsError where statements of it were on their way, once they have ended. ReadOnlyStatementError to
   * a change that may only read, for a statement that does more.
   */
  async run(
    { changeId, readOnly = false, lockTimeoutMs }: ChangeRun,
    work: (handles: Handles) => Promise<void>,
    check?: () => void,
  ): Promise<void> {
    const { database, resource, scope } = this;
    await database.execute(ANY_ANSWER);
    await this.prepareSchemaBuilder();
    scope.install(this);
    const sent = (text: string): void => {
      check?.();
      if (statements.mayOnlyRead) assertReads(changeId, text, database.dialect.lexicalRules);
    };
    const statements = new ChangeStatements(changeId, sent, readOnly);
    const tracked = (runner: QueryRunner) =>
      trackedRunner(resource, statements, lockBoundRunner(resource, runner, database.dialect, lockTimeoutMs));
    // A replica may not have yet what the change wrote.
    const runners: ScopedRunners = {
      changeId,
      lendRunner: (open) => tracked(database.watched(open('master'))),
    };
    return database.lend(changeId, async (runner) => {
      try {
        const lent = tracked(runner);
        // What only asks looks at tables by the runner of its manager.
        const { manager } = readOnly ? lent : resource;
        await scope.run(runners, () => work(handlesOf(resource, manager, lent)));
        await statements.sealWithin(this.host, (ms) => new ConnectionHangsError(ms));
      } finally {
        statements.end();
      }
    });
  }

  checks(value: object): boolean {
    return isSeen(this.resource, value);
  }

  isTransient(error: unknown): boolean {
    return isTransient(this.database.dialect, error);
  }

  diagnose(error: unknown): TargetDiagnosis {
    return diagnose(this.database.dialect.lexicalRules, error);
  }

  serverVersion(): Promise<string | undefined> {
    return Promise.resolve(serverVersionOf(this.resource));
  }

  async transaction(change: ChangeRun, work: Work, marker?: Marker): Promise<TransactionOutcome> {
    // One that brings a marker has its fence in the target itself.
    const admission = marker ? undefined : this.admissions.get(change.service);
    const begin = () => this.database.begin(change.changeId, admission);
    return this.within(begin, (open) => this.complete(open, change, work, { marker, admission }));
  }

  transactionGroup(
    { changeId, service }: ChangeRun,
    work: (group: TransactionGroup) => Promise<void>,
  ): Promise<TransactionOutcome> {
    const begin = () => this.database.begin(changeId, this.admissions.get(service));
    return this.within(begin, (transaction) => this.completeGroup(transaction, work));
  }

  /** Begins a transaction for `work`, which ends it. */
  private async within(
    begin: () => Promise<ChangeTransaction>,
    work: (transaction: ChangeTransaction) => Promise<TransactionOutcome>,
  ): Promise<TransactionOutcome> {
    this.scope.install(this);
    let transaction: ChangeTransaction;
    try {
      await this.prepareSchemaBuilder();
      transaction = await expectTables(this.database.dialect, begin());
    } catch (error) {
      return { status: 'rolled-back', error };
    }
    try {
      return await work(transaction);
    } finally {
      await transaction.release();
    }
  }

  private async completeGroup(
    transaction: ChangeTransaction,
    work: (group: TransactionGroup) => Promise<void>,
  ): Promise<TransactionOutcome> {
    const owner = { transaction, seal: () => transaction.complete() };
    try {
      await work({
        transaction: new TypeOrmTransaction(this.resource, owner),
        run: (change, perform) => this.runPart(transaction, change, perform),
      });
    } catch (error) {
      return transaction.rollBack(error);
    }
    return transaction.commit();
  }

  private async runPart(
    transaction: ChangeTransaction,
    { changeId }: ChangeRun,
    work: (handles: Handles) => Promise<void>,
  ): Promise<MemberOutcome> {
    const part = await transaction.beginPart(changeId);
    const session = new ChangeSession(changeId, this.resource, transaction, this.host);
    try {
      await this.perform(session, work);
      return (await part.keep()) === 'closed' ? { status: 'done', last: true } : { status: 'done' };
    } catch (error) {
      return { status: await takeBack(session, part, error), error };
    }
  }

  /** Takes the hook off the DataSource, once nothing of a change can come any more; ends what was begun for none. */
  close(): Promise<void> {
    this.scope.uninstall(this);
    return this.database.endBegun();
  }

  private async prepareSchemaBuilder(): Promise<void> {
    if (this.isPrepared) return;
    await createMetadataTable(this.resource);
    this.isPrepared = true;
  }

  private async complete(
    transaction: ChangeTransaction,
    change: ChangeRun,
    work: Work,
    { marker, admission }: { marker: Marker | undefined; admission: Admission | undefined },
  ): Promise<TransactionOutcome> {
    const session = new ChangeSession(change.changeId, this.resource, transaction, this.host);
    try {
      if (marker) await this.markers.raiseFence(marker, transaction);
      if (marker) await this.markers.assertApart(marker, transaction);
      await this.perform(session, work, change.lockTimeoutMs);
      if (marker) await this.markers.write(transaction, marker);
    } catch (error) {
      return transaction.rollBack(error);
    }
    return transaction.commit(change.followed ? admission : undefined);
  }

  private async perform(session: ChangeSession, work: Work, lockTimeoutMs?: number): Promise<void> {
    const { resource, database, scope } = this;
    const lent = session.lendRunner();
    const handles = handlesOf(resource, lent.manager, lent);
    try {
      await boundLockWaits(session, database.dialect, lockTimeoutMs);
      await scope.run(session, () => work(handles, new TypeOrmTransaction(resource, session)));
      await session.seal();
    } finally {
      session.end();
    }
  }
}
