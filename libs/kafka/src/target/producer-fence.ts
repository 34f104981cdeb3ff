import { FencedError } from '@nestjs-flamingock/core';
import { isClaimedBeyond, sleep, type LockHold } from '@nestjs-flamingock/core/adapter';
import type { Message } from 'kafkajs';
import { isBrokerFailure, isFencing, isPassing } from '../connection/driver-error.js';
import type { KafkaClients } from '../connection/kafka-clients.js';
import { TransactionalIdContendedError } from '../kafka.errors.js';
import type { ResolvedKafkaSettings } from '../kafka.options.js';
import { fenceRecord, type MarkersSnapshot } from './marker-records.js';
import { MarkersReader } from './markers-reader.js';
import { TransactionalProducer } from './transactional-producer.js';

/** Longest pause before the next attempt where another producer came in between, in milliseconds. */
const PAUSE_MS = 200;

/** For the brokers to notice that a transaction has timed out, which they look for every ten seconds: in milliseconds. */
const TIMEOUT_NOTICED_MS = 30_000;

/** A producer that may write, and what was committed before it could. */
interface Established {
  readonly producer: TransactionalProducer;
  readonly snapshot: MarkersSnapshot;
}

interface Claim {
  readonly hold: LockHold;
  readonly producer: TransactionalProducer;
}

/**
 * Lends the producer in whose transactions a holder of the lock may write.
 *
 * A transaction commits only if no other producer has initialised its transactional id since its own did. So
 * a holder that initialises the id, then reads that no higher token has claimed the target, and commits its own
 * token as the fence, has compared and set in one step. From then on each of its commits proves that it is
 * still the last.
 */
export class ProducerFence {
  /** By service. */
  private readonly held = new Map<string, Claim>();

  constructor(
    /** Id of the target system. */
    readonly target: string,
    private readonly clients: KafkaClients,
    private readonly settings: ResolvedKafkaSettings,
  ) {}

  /**
   * The producer of the holder of `token`, which is the last to have claimed the target at the time of the call.
   *
   * @throws FencedError when a higher token has claimed it.
   */
  async hold(hold: LockHold): Promise<TransactionalProducer> {
    const held = this.held.get(hold.service);
    if (held && isSame(held.hold, hold) && (await this.raise(held))) return held.producer;
    return (await this.establish(hold)).producer;
  }

  /**
   * Ends every open transaction of this target, shuts out all holders of lower tokens, and only then reads.
   *
   * @throws FencedError when a higher token has claimed the target.
   */
  async claim(hold: LockHold): Promise<MarkersSnapshot> {
    return (await this.establish(hold)).snapshot;
  }

  /** A producer of the target that nothing has been compared for. */
  async initialise(service: string): Promise<TransactionalProducer> {
    const id = this.transactionalId(service);
    return TransactionalProducer.initialise(this.clients, id, this.settings);
  }

  /** Commits messages to the markers topic, only while the last claim of the target is that of this hold. */
  async commit(hold: LockHold, messages: Message[]): Promise<void> {
    const held = this.held.get(hold.service);
    if (held && !isClaimedBeyond(held.hold, hold)) await this.commitAs(held, messages);
  }

  /** Disconnects the producer: after a failure its state and the brokers' may differ. */
  async release(service: string): Promise<void> {
    const held = this.held.get(service);
    this.held.delete(service);
    await held?.producer.close();
  }

  /** Disconnects every producer. */
  async close(): Promise<void> {
    await Promise.all([...this.held.keys()].map((service) => this.release(service)));
  }

  /** Fences and markers as they stand, up to a transaction that is open on the topic. */
  look(): Promise<MarkersSnapshot> {
    return this.reading((reader) => reader.readAtOnce());
  }

  private establish(hold: LockHold): Promise<Established> {
    return this.reading((reader) => this.compareAndSet(reader, hold));
  }

  private async reading<T>(work: (reader: MarkersReader) => Promise<T>): Promise<T> {
    const reader = await MarkersReader.open({
      clients: this.clients,
      topic: this.settings.markersTopic,
      patienceMs: this.settings.transactionTimeoutMs + TIMEOUT_NOTICED_MS,
    });
    try {
      return await work(reader);
    } finally {
      await reader.close();
    }
  }

  private async compareAndSet(reader: MarkersReader, hold: LockHold): Promise<Established> {
    const { service } = hold;
    const { runtime, limits } = this.clients.host;
    const deadline = runtime.monotonicMs() + limits.takeOverMs;
    for (;;) {
      // Initialising the id would end the open transaction of a later holder. This spares it, and decides
      // nothing: where such a transaction keeps readers from the end, there is no waiting for it.
      this.compare(await reader.readAtOnce(), hold);
      await this.release(service);
      const claim = { hold, producer: await this.initialise(service) };
      this.held.set(service, claim);
      const snapshot = await this.readBehind(reader, claim);
      if (snapshot) return { producer: claim.producer, snapshot };
      if (runtime.monotonicMs() >= deadline) {
        throw new TransactionalIdContendedError(this.transactionalId(service), undefined);
      }
      await sleep(runtime, runtime.random() * PAUSE_MS);
    }
  }

  /** The markers once the fence is raised; `undefined` if another producer has initialised the id since. */
  private async readBehind(reader: MarkersReader, claim: Claim): Promise<MarkersSnapshot | undefined> {
    try {
      const snapshot = await reader.readToEnd();
      this.compare(snapshot, claim.hold);
      return (await this.raise(claim)) ? snapshot : undefined;
    } catch (error) {
      await this.release(claim.hold.service);
      throw error;
    }
  }

  private compare(snapshot: MarkersSnapshot, hold: LockHold): void {
    const { service, token } = hold;
    const fence = snapshot.fence(service, this.target);
    if (fence && isClaimedBeyond(fence, hold)) {
      throw new FencedError(service, token, `target system "${this.target}"`);
    }
  }

  /** Commits the fence. */
  private raise(claim: Claim): Promise<boolean> {
    return this.commitAs(claim, [fenceRecord(claim.hold, this.target)]);
  }

  /**
   * True if it committed; false if another producer has initialised the id since, or is about to. A broker may fail
   * over the same contention: what is not known to be committed has to be compared and set anew.
   */
  private async commitAs({ producer, hold: { service } }: Claim, messages: Message[]): Promise<boolean> {
    try {
      const transaction = await producer.begin();
      await transaction.send({ topic: this.settings.markersTopic, messages });
      await transaction.commit();
      return true;
    } catch (error) {
      await this.release(service);
      if (isFencing(error) || isPassing(error) || isBrokerFailure(error)) return false;
      throw this.clients.explain(error);
    }
  }

  /** One for each service and target system. */
  private transactionalId(service: string): string {
    return [this.settings.markersTopic, service, this.target].map(encodeURIComponent).join('/');
  }
}

function isSame(held: LockHold, hold: LockHold): boolean {
  return held.token === hold.token && held.owner === hold.owner;
}
