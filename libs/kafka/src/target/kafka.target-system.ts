import { FencedError } from '@nestjs-flamingock/core';
import {
  ChangeStatements,
  nodeHost,
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
import { Kafka, Partitioners, type Transaction as KafkaTransaction } from 'kafkajs';
import { ChangeSession } from '../change/change-session.js';
import { refusedHandle } from '../change/refused-handle.js';
import { diagnose, isFencing, isRefusedCommit, isTransient } from '../connection/driver-error.js';
import { KafkaClients } from '../connection/kafka-clients.js';
import { lentClient } from '../connection/lent-client.js';
import { KAFKA_ADMIN, KAFKA_PRODUCER, KAFKA_TRANSACTION } from '../inject-kafka.decorators.js';
import {
  KafkaUnreachableError,
  NonTransactionalHandleError,
  NoTransactionError,
  TransactionTimedOutError,
} from '../kafka.errors.js';
import { KafkaMarkerStore } from './kafka.marker-store.js';
import type { KafkaTargetSettings, ResolvedKafkaSettings } from '../kafka.options.js';
import { markerRecord } from './marker-records.js';
import { ProducerFence } from './producer-fence.js';
import type { TransactionalProducer } from './transactional-producer.js';

type Work = (handles: Handles, tx: Transaction) => Promise<void>;

/** A change's transaction with what it began on. */
interface Begun {
  readonly producer: TransactionalProducer;
  readonly transaction: KafkaTransaction;
  readonly beganAt: number;
}

/** What a target system is built with besides its client and settings. */
interface KafkaTargetContext {
  /** What an error names when none of them answers. @default none */
  readonly brokers?: readonly string[];
  /** @default that of a real process, with the default limits */
  readonly host?: AdapterHost;
}

/** A Kafka cluster, to which changes publish in transactions. */
export class KafkaTargetSystem implements TransactionalTargetSystem {
  readonly handleTokens: readonly HandleToken[] = [KAFKA_TRANSACTION, KAFKA_ADMIN, KAFKA_PRODUCER, Kafka];
  readonly markers: KafkaMarkerStore;
  private readonly settings: ResolvedKafkaSettings;
  private readonly clients: KafkaClients;
  private readonly fence: ProducerFence;

  private readonly host: AdapterHost;

  constructor(
    readonly id: string,
    readonly resource: Kafka,
    options: KafkaTargetSettings,
    { brokers = [], host = nodeHost }: KafkaTargetContext = {},
  ) {
    this.host = host;
    this.settings = resolveSettings(options);
    const { createPartitioner } = this.settings;
    this.clients = new KafkaClients(resource, brokers, { createPartitioner }, host);
    this.fence = new ProducerFence(id, this.clients, this.settings);
    this.markers = new KafkaMarkerStore(this.clients, this.fence, this.settings);
  }

  /**
   * @throws KafkaUnreachableError before `work` is called; UnawaitedStatementsError where calls of its Admin or Producer
   * were on their way when it returned, once they have ended.
   */
  async run(
    { changeId, readOnly }: ChangeRun,
    work: (handles: Handles) => Promise<void>,
    check?: () => void,
  ): Promise<void> {
    await this.clients.reach();
    const statements = new ChangeStatements(changeId, check, readOnly);
    const explain = (error: unknown) => this.clients.explain(error);
    const handles = new Map<unknown, unknown>([
      [KAFKA_TRANSACTION, refusedHandle(() => new NoTransactionError(changeId))],
      [KAFKA_ADMIN, lentClient(this.clients.admin, explain, statements)],
      [KAFKA_PRODUCER, lentClient(this.clients.producer, explain, statements)],
      [Kafka, this.resource],
    ]);
    try {
      await work(handles);
      await statements.sealWithin(this.host, () => new KafkaUnreachableError([], undefined));
    } finally {
      statements.end();
    }
  }

  isTransient(error: unknown): boolean {
    return isTransient(error);
  }

  diagnose(error: unknown): TargetDiagnosis {
    return diagnose(error);
  }

  async transaction(change: ChangeRun, work: Work, marker?: Marker): Promise<TransactionOutcome> {
    let begun: Begun;
    try {
      begun = await this.clients.use(() => this.begin(change, marker));
    } catch (error) {
      return { status: 'rolled-back', error };
    }
    const outcome = await this.complete(begun, change, work, marker);
    if (outcome.status !== 'committed') await this.fence.release(change.service);
    if (!marker) await begun.producer.close();
    return outcome;
  }

  /** Closes every connection. */
  async close(): Promise<void> {
    await this.clients.idle();
    await this.fence.close();
    await this.clients.close();
  }

  private async begin({ service }: ChangeRun, marker: Marker | undefined): Promise<Begun> {
    const producer = marker ? await this.fence.hold(marker) : await this.fence.initialise(service);
    return { producer, transaction: await producer.begin(), beganAt: this.host.runtime.monotonicMs() };
  }

  private async complete(
    begun: Begun,
    change: ChangeRun,
    work: Work,
    marker: Marker | undefined,
  ): Promise<TransactionOutcome> {
    const { transaction, producer } = begun;
    const overtaken = (error: unknown) => this.overtaken(error, begun, change, marker);
    const explain = (error: unknown) => (isFencing(error) ? overtaken(error) : this.clients.explain(error));
    const { changeId } = change;
    const session = new ChangeSession({
      changeId,
      transaction,
      partitions: producer.partitions,
      explain,
      host: this.host,
    });
    try {
      await this.perform(session, change, work);
      // Last, so that it does not keep readers of the markers topic waiting while the change is at work.
      const topic = this.settings.markersTopic;
      if (marker) await session.complete({ topicMessages: [{ topic, messages: [markerRecord(marker)] }] });
    } catch (error) {
      await this.abort(transaction);
      return { status: 'rolled-back', error };
    }
    try {
      await transaction.commit();
      return { status: 'committed' };
    } catch (error) {
      if (isRefusedCommit(error)) return { status: 'rolled-back', error: overtaken(error) };
      return { status: 'unknown', error: explain(error) };
    }
  }

  /** Messages that are not committed are never seen: if this fails, the next producer or the timeout ends the transaction. */
  private async abort(transaction: KafkaTransaction): Promise<void> {
    await this.clients.inTime(this.host.limits.rollbackMs, transaction.abort()).catch(() => undefined);
  }

  private async perform(session: ChangeSession, { changeId }: ChangeRun, work: Work): Promise<void> {
    const refused = (handle: string) =>
      refusedHandle(() => new NonTransactionalHandleError(changeId, handle));
    const handles = new Map<unknown, unknown>([
      [KAFKA_TRANSACTION, session.lend()],
      [KAFKA_ADMIN, refused('Admin')],
      [KAFKA_PRODUCER, refused('Producer')],
      [Kafka, refused('Kafka client')],
    ]);
    try {
      await work(handles, { resource: this.resource, isEmpty: () => session.isEmpty });
    } finally {
      await session.end();
    }
    session.assertWhole();
  }

  /** Whether the broker or a later holder of the lock has ended the transaction, it says the same. */
  private overtaken(
    error: unknown,
    { beganAt }: Begun,
    { service, changeId }: ChangeRun,
    marker: Marker | undefined,
  ): Error {
    const { transactionTimeoutMs } = this.settings;
    if (this.host.runtime.monotonicMs() - beganAt >= transactionTimeoutMs) {
      return new TransactionTimedOutError(changeId, transactionTimeoutMs, error);
    }
    return new FencedError(service, marker?.token ?? 0, `target system "${this.id}"`);
  }
}

function resolveSettings(options: KafkaTargetSettings): ResolvedKafkaSettings {
  return {
    markersTopic: options.markersTopic ?? 'flamingock-markers',
    markersReplicationFactor: options.markersReplicationFactor,
    transactionTimeoutMs: options.transactionTimeoutMs ?? 60_000,
    createPartitioner: options.createPartitioner ?? Partitioners.DefaultPartitioner,
  };
}
