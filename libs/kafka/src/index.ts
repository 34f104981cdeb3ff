export { kafkaTargetSystem } from './kafka.definitions.js';
export type { KafkaSource, KafkaTargetSettings, KafkaTargetSystemOptions } from './kafka.options.js';
export {
  InjectKafkaAdmin,
  InjectKafkaProducer,
  InjectKafkaTransaction,
  KAFKA_ADMIN,
  KAFKA_PRODUCER,
  KAFKA_TRANSACTION,
} from './inject-kafka.decorators.js';
export {
  ensureTopics,
  type EnsuredTopic,
  type TopicDifference,
  type WantedTopic,
} from './connection/ensure-topics.js';
export {
  CoordinatorNotFoundError,
  FailedSendError,
  KafkaAccessDeniedError,
  KafkaUnreachableError,
  MarkersTopicMissingError,
  MarkersTopicPolicyError,
  MarkersUnreadableError,
  NonTransactionalHandleError,
  NoTransactionError,
  TransactionalIdContendedError,
  TransactionTimedOutError,
  UnacknowledgedSendError,
  UnconfirmedMessagesError,
  UnknownTopicError,
} from './kafka.errors.js';
export { TransactionControlError } from '@nestjs-flamingock/core';
