import { FlamingockError } from '@nestjs-flamingock/core';

/** No broker of the cluster answered. */
export class KafkaUnreachableError extends FlamingockError {
  readonly code: string = 'FLAMINGOCK_KAFKA_UNREACHABLE';

  constructor(
    /** The brokers of the client's settings, or those that were tried. */
    readonly brokers: readonly string[],
    cause: unknown,
  ) {
    const where = brokers.length > 0 ? ` at ${brokers.join(', ')}` : '';
    super(
      `Kafka cannot be reached${where}${detail(cause)}. Check that the brokers are up, that "brokers" names ` +
        'them, and that this machine can reach the addresses in their advertised.listeners; then start again.',
      { cause },
    );
  }
}

/** Kafka refused a request for lack of rights. */
export class KafkaAccessDeniedError extends FlamingockError {
  readonly code: string = 'FLAMINGOCK_KAFKA_ACCESS_DENIED';

  constructor(
    /** What Kafka answered, such as `TOPIC_AUTHORIZATION_FAILED`. */
    readonly refusal: string,
    cause: unknown,
  ) {
    super(
      `Kafka refused a request of this application: ${refusal}${detail(cause)}. Grant its user the rights that ` +
        'docs/kafka.md lists under "Rights", with kafka-acls.sh, and start again.',
      { cause },
    );
  }
}

/** Kafka named no coordinator for a transactional id or a consumer group. */
export class CoordinatorNotFoundError extends FlamingockError {
  readonly code: string = 'FLAMINGOCK_COORDINATOR_NOT_FOUND';

  constructor(cause: unknown) {
    super(
      `Kafka names no coordinator for a transactional id or consumer group of this target system${detail(cause)}; ` +
        'kafkajs does not tell why. Most often the user lacks the rights on them that docs/kafka.md lists under ' +
        '"Rights"; otherwise brokers with partitions of __transaction_state or __consumer_offsets are down.',
      { cause },
    );
  }
}

/** A topic that does not exist was written to, and is not created by that. */
export class UnknownTopicError extends FlamingockError {
  readonly code: string = 'FLAMINGOCK_UNKNOWN_TOPIC';

  constructor(cause: unknown) {
    super(
      `A topic does not exist${detail(cause)}. Create it in an earlier change that is "transactional: false", ` +
        'for instance with ensureTopics().',
      { cause },
    );
  }
}

/** The markers topic is missing and could not be created. */
export class MarkersTopicMissingError extends FlamingockError {
  readonly code: string = 'FLAMINGOCK_MARKERS_TOPIC_MISSING';

  constructor(
    readonly topic: string,
    replicationFactor: number,
    cause: unknown,
  ) {
    super(
      `The markers topic "${topic}" does not exist and could not be created with ${replicationFactor} ` +
        `replicas${detail(cause)}. Set "markersReplicationFactor", or create the topic:\n` +
        `kafka-topics.sh --create --topic ${topic} --partitions 1 --replication-factor ${replicationFactor} ` +
        '--config cleanup.policy=compact',
      { cause },
    );
  }
}

/** The markers topic would lose markers. */
export class MarkersTopicPolicyError extends FlamingockError {
  readonly code: string = 'FLAMINGOCK_MARKERS_TOPIC_POLICY';

  constructor(
    readonly topic: string,
    readonly cleanupPolicy: string,
  ) {
    super(
      `The markers topic "${topic}" has cleanup.policy "${cleanupPolicy}", which deletes markers by their age. ` +
        'Let it keep the last record of each key:\nkafka-configs.sh --alter --entity-type topics ' +
        `--entity-name ${topic} --add-config cleanup.policy=compact`,
    );
  }
}

/** The markers topic could not be read to its end in time. */
export class MarkersUnreadableError extends FlamingockError {
  readonly code: string = 'FLAMINGOCK_MARKERS_UNREADABLE';

  constructor(
    readonly topic: string,
    readonly waitedMs: number,
    cause?: unknown,
  ) {
    super(
      `The markers topic "${topic}" could not be read to its end within ${waitedMs} ms${detail(cause)}. A ` +
        'transaction of another service that stays open on it holds readers up until its timeout: look for it ' +
        'with kafka-transactions.sh list, then start again.',
      { cause },
    );
  }
}

/** Another client keeps initialising the transactional id of this target. */
export class TransactionalIdContendedError extends FlamingockError {
  readonly code: string = 'FLAMINGOCK_TRANSACTIONAL_ID_CONTENDED';

  constructor(
    readonly transactionalId: string,
    cause: unknown,
  ) {
    super(
      `Other producers keep initialising the transactional id "${transactionalId}", and none of them has a newer ` +
        'lock. Make sure that only instances of this service, with one common audit store, use it.',
      { cause },
    );
  }
}

/** The broker took a change back because it was not committed in time. */
export class TransactionTimedOutError extends FlamingockError {
  readonly code: string = 'FLAMINGOCK_TRANSACTION_TIMED_OUT';

  constructor(
    readonly changeId: string,
    readonly timeoutMs: number,
    cause: unknown,
  ) {
    super(
      `The transaction of change "${changeId}" was open for longer than ${timeoutMs} ms, so that Kafka took its ` +
        'messages back. Raise "transactionTimeoutMs" of the target system (at most transaction.max.timeout.ms of ' +
        'the brokers), or prepare what takes long before the first message is sent.',
      { cause },
    );
  }
}

/** A transactional change used a client whose requests cannot be taken back. */
export class NonTransactionalHandleError extends FlamingockError {
  readonly code: string = 'FLAMINGOCK_NON_TRANSACTIONAL_HANDLE';

  constructor(
    readonly changeId: string,
    /** Name of the client's type. */
    readonly handle: string,
  ) {
    super(
      `Change "${changeId}" uses a ${handle}, whose requests are no part of its transaction. Send messages on the ` +
        'Transaction (@InjectKafkaTransaction()), or declare the change "transactional: false".',
    );
  }
}

/** A non-transactional change used a transaction. */
export class NoTransactionError extends FlamingockError {
  readonly code: string = 'FLAMINGOCK_NO_TRANSACTION';

  constructor(readonly changeId: string) {
    super(
      `Change "${changeId}" is declared "transactional: false" and has no Transaction. Use a Producer ` +
        '(@InjectKafkaProducer()), or leave "transactional: false" out.',
    );
  }
}

/** A change wanted to send messages without an answer, so that it could not fail where they were lost. */
export class UnacknowledgedSendError extends FlamingockError {
  readonly code: string = 'FLAMINGOCK_UNACKNOWLEDGED_SEND';

  constructor(
    /** `send` or `sendBatch`. */
    readonly method: string,
  ) {
    super(
      `${method}() with acks: 0 asks Kafka for no answer: whether the messages arrived would not be known, and the change ` +
        'recorded as executed all the same. Nothing was sent. Leave "acks" out, or write acks: -1.',
    );
  }
}

/** A message of a change could not be sent, and the change went on as if it had been. */
export class FailedSendError extends FlamingockError {
  readonly code: string = 'FLAMINGOCK_FAILED_SEND';

  constructor(
    readonly changeId: string,
    cause: unknown,
  ) {
    super(
      `Change "${changeId}" went on after a message of it could not be sent${detail(cause)}. Nothing of it was ` +
        'published. Await every send inside the change, and do not catch its failure.',
      { cause },
    );
  }
}

/** Messages of a change were not confirmed by any broker. */
export class UnconfirmedMessagesError extends FlamingockError {
  readonly code: string = 'FLAMINGOCK_UNCONFIRMED_MESSAGES';

  constructor(
    readonly changeId: string,
    /** As `topic:partition`. */
    readonly partitions: readonly string[],
  ) {
    super(
      `No broker has confirmed messages of change "${changeId}" for ${partitions.join(', ')}, whose leader ` +
        'probably changed meanwhile. Nothing of the change was published; start again.',
    );
  }
}

function detail(cause: unknown): string {
  return cause instanceof Error ? ` (${cause.message})` : '';
}
