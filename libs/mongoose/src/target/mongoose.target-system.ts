import { OpenTransactionError } from '@nestjs-flamingock/core';
import {
  factText,
  type AdapterHost,
  type ChangeRun,
  type HandleToken,
  type Handles,
  type Marker,
  type TargetDiagnosis,
  type Transaction,
  type TransactionalTargetSystem,
  type TransactionOutcome,
} from '@nestjs-flamingock/core/adapter';
import mongoose, { type Connection, type mongo } from 'mongoose';
import { contextOf, type Admission, type ConnectionContext } from '../change/connection-context.js';
import { CLIENT_SESSION } from '../inject-client-session.decorator.js';
import { MongooseMarkerStore } from './mongoose.marker-store.js';
import type { CollectionSettings } from '../mongoose.options.js';
import { MongooseTransaction } from '../change/mongoose-transaction.js';
import { MongoForeignHistories } from '../foreign/mongo.foreign-histories.js';
import { whyNoTransactions } from '../connection/capability.js';
import { diagnose } from '../connection/diagnose.js';
import { passes } from '../connection/transient.js';
import { ChangeTransaction } from '../change/change-transaction.js';
import { ChangeSession } from '../change/change-session.js';
import { CheckedSessions, isSeen } from '../change/checked-sessions.js';
import { explainOmissions } from '../change/whole-writes.js';

type Work = (handles: Handles, tx: Transaction) => Promise<void>;

/** The MongoDB database of a Mongoose connection, altered in transactions. */
export class MongooseTargetSystem implements TransactionalTargetSystem {
  readonly handleTokens: readonly HandleToken[] = [
    mongoose.Connection,
    mongoose.mongo.ClientSession,
    CLIENT_SESSION,
  ];
  readonly databaseSystem = 'mongodb';
  readonly markers: MongooseMarkerStore;
  readonly foreign: MongoForeignHistories;
  private readonly context: ConnectionContext;

  /** @throws CollectionPrefixError for a prefix that cannot begin the name of a collection. */
  constructor(
    readonly id: string,
    readonly resource: Connection,
    settings: CollectionSettings,
    host?: AdapterHost,
  ) {
    this.context = contextOf(resource, host);
    this.foreign = new MongoForeignHistories(resource, this.context.database);
    this.markers = new MongooseMarkerStore(id, resource, settings);
  }

  checkTransactions(): Promise<string | undefined> {
    return whyNoTransactions(this.context.database);
  }

  /**
   * @throws the driver's error before `work` is called; OpenTransactionError when `work` left a transaction open
   * on the session it was lent; UnawaitedStatementsError where operations were on their way, once they have ended.
   */
  async run(
    { changeId, readOnly }: ChangeRun,
    work: (handles: Handles) => Promise<void>,
    check: () => void,
  ): Promise<void> {
    const { database, scope, host } = this.context;
    scope.install(this);
    await database.outside((db) => db.command({ ping: 1 }));
    const session = database.startSession();
    const sessions = new CheckedSessions(changeId, this.resource.getClient(), host, check, readOnly);
    try {
      await scope.run(sessions, () =>
        explainOmissions(changeId, () => work(this.handles(sessions.checked(session)))),
      );
      await sessions.seal();
      if (session.inTransaction()) throw new OpenTransactionError(changeId, 'session');
    } finally {
      sessions.end();
      await session.endSession();
    }
  }

  checks(value: object): boolean {
    return isSeen(this.resource.getClient(), value);
  }

  isTransient(error: unknown): boolean {
    return passes(error);
  }

  diagnose(error: unknown): TargetDiagnosis {
    return diagnose(error);
  }

  async serverVersion(): Promise<string | undefined> {
    const { version } = await this.context.database.outside((db) => db.admin().command({ buildInfo: 1 }));
    return factText(version);
  }

  async transaction(change: ChangeRun, work: Work, marker?: Marker): Promise<TransactionOutcome> {
    this.context.scope.install(this);
    // One that brings a marker has its fence in the target itself.
    const admission = marker ? this.markers.admission(marker) : this.context.admissions.get(change.service);
    let transaction: ChangeTransaction;
    try {
      transaction = await this.begin(change, admission);
    } catch (error) {
      return { status: 'rolled-back', error };
    }
    const outcome = await this.complete(transaction, change, work, marker);
    if (outcome.status === 'unknown') admission?.fence.forget(change.service);
    if (!admission) await transaction.session.endSession();
    return outcome;
  }

  /** Takes the hook off the connection's client, once nothing of a change can come any more. */
  close(): Promise<void> {
    this.context.scope.uninstall(this);
    return Promise.resolve();
  }

  private async begin({ changeId }: ChangeRun, admission: Admission | undefined): Promise<ChangeTransaction> {
    const { database, host } = this.context;
    if (!admission) {
      const session = database.startSession();
      return ChangeTransaction.begin({ changeId, session, host }, () => this.markers.touch(session));
    }
    const { fence, hold, where } = admission;
    const holder = await fence.holder(hold, where);
    const { session } = holder;
    return ChangeTransaction.begin({ changeId, session, host }, () => fence.enter(holder, where));
  }

  private async complete(
    transaction: ChangeTransaction,
    { changeId }: ChangeRun,
    work: Work,
    marker: Marker | undefined,
  ): Promise<TransactionOutcome> {
    const change = new ChangeSession(changeId, transaction.session, this.context.host);
    try {
      const tx = new MongooseTransaction(this.resource, change);
      await this.context.scope.run(change, () =>
        explainOmissions(changeId, () => work(this.handles(change.lend()), tx)),
      );
      await change.seal();
      if (marker) await this.markers.write(marker, transaction.session);
    } catch (error) {
      change.end();
      return transaction.rollBack(error);
    }
    return transaction.commit();
  }

  private handles(session: mongo.ClientSession): Handles {
    return new Map<unknown, unknown>([
      [mongoose.Connection, this.resource],
      [mongoose.mongo.ClientSession, session],
      [CLIENT_SESSION, session],
    ]);
  }
}
