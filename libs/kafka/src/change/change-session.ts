import {
  FencedError,
  TransactionControlError,
  UnawaitedFailureError,
  UnawaitedStatementsError,
} from '@nestjs-flamingock/core';
import { ChangeStatements, type AdapterHost } from '@nestjs-flamingock/core/adapter';
import type { ProducerBatch, Transaction } from 'kafkajs';
import { refusalToWrite } from '../connection/lent-client.js';
import type { RememberedPartitions } from '../connection/remembered-partitions.js';
import { FailedSendError, UnconfirmedMessagesError } from '../kafka.errors.js';

/** What a session works on. */
export interface SessionContext {
  readonly changeId: string;
  readonly transaction: Transaction;
  readonly partitions: RememberedPartitions;
  /** Puts an error with a remedy in place of the driver's. */
  readonly explain: (error: unknown) => unknown;
  readonly host: AdapterHost;
}

/** One execution of a change inside its transaction, from the first message to the last. */
export class ChangeSession {
  private last: Promise<unknown> = Promise.resolve();
  private failure: { readonly error: unknown } | undefined;
  private readonly statements: ChangeStatements;

  constructor(private readonly context: SessionContext) {
    this.statements = new ChangeStatements(context.changeId);
  }

  /** True while the change has sent nothing, nor tried to. */
  get isEmpty(): boolean {
    return !this.statements.haveWritten;
  }

  /** The transaction as the change gets it. */
  lend(): Transaction {
    const { changeId, transaction } = this.context;
    const refuse = (method: 'commit' | 'abort') => () =>
      Promise.reject(new TransactionControlError(changeId, method));
    return {
      send: ({ topic, messages, ...rest }) =>
        this.perform(`send to ${topic}`, () =>
          this.sendBatch({ ...rest, topicMessages: [{ topic, messages }] }),
        ),
      sendBatch: (batch) => this.perform('sendBatch', () => this.sendBatch(batch)),
      sendOffsets: (offsets) => this.perform('sendOffsets', () => transaction.sendOffsets(offsets)),
      isActive: () => !this.statements.haveEnded,
      commit: refuse('commit'),
      abort: refuse('abort'),
    };
  }

  /** Refuses everything that the change still sends, and waits for what it has not awaited: with any, it has failed. */
  async end(): Promise<void> {
    const { changeId, host } = this.context;
    const late = () => new FailedSendError(changeId, undefined);
    await this.statements.sealWithin(host, late).catch((error: unknown) => (this.failure ??= { error }));
  }

  /** @throws FailedSendError, or what a later holder of the lock has led to, if not everything was sent. */
  assertWhole(): void {
    if (this.failure) throw asFailure(this.context.changeId, this.failure.error);
  }

  /** Sends the last messages, which are not the change's. */
  async complete(batch: ProducerBatch): Promise<void> {
    await this.sendBatch(batch);
  }

  /**
   * One after the other, even under `Promise.all`: kafkajs numbers messages in the order of sending, and a
   * repeated send must come before the next one. After a failure nothing is sent any more.
   */
  private perform<T>(what: string, send: () => Promise<T>): Promise<T> {
    if (this.statements.haveEnded) return Promise.reject(this.statements.refusal(what));
    const refusal = refusalToWrite(this.statements, what);
    if (refusal) return Promise.reject(refusal);
    this.statements.noteWrite();
    const sending = this.last.then(() => {
      this.assertWhole();
      return send();
    });
    // Where the change does not await it, it is reported at the end, and not as an unhandled rejection.
    this.last = sending.catch((error: unknown) => (this.failure ??= { error }));
    const tracked = this.statements.track(what, sending);
    tracked.catch(() => undefined);
    return tracked;
  }

  private async sendBatch(batch: ProducerBatch) {
    const { changeId, transaction, partitions, explain } = this.context;
    const own = withOwnMessages(batch);
    try {
      const confirmed = await transaction.sendBatch(own);
      const missing = partitions.unconfirmed(own, confirmed);
      if (missing.length > 0) throw new UnconfirmedMessagesError(changeId, missing);
      return confirmed;
    } catch (error) {
      throw explain(error);
    }
  }
}

/** Copies, each of which stands for one message, also where the change reuses or alters its own objects. */
function withOwnMessages(batch: ProducerBatch): ProducerBatch {
  const topicMessages = batch.topicMessages?.map(({ topic, messages }) => ({
    topic,
    messages: messages.map((message) => ({ ...message })),
  }));
  return { ...batch, ...(topicMessages && { topicMessages }) };
}

function asFailure(changeId: string, error: unknown): Error {
  const verdicts = [FencedError, FailedSendError, UnawaitedStatementsError, UnawaitedFailureError];
  const isTold = verdicts.some((one) => error instanceof one);
  return isTold ? (error as Error) : new FailedSendError(changeId, error);
}
