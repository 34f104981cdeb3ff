import {
  factText,
  isConnectionFailure,
  saysTransient,
  type TargetDiagnosis,
} from '@nestjs-flamingock/core/adapter';
import {
  CoordinatorNotFoundError,
  KafkaAccessDeniedError,
  KafkaUnreachableError,
  UnknownTopicError,
} from '../kafka.errors.js';

/** Kafka's answers to a producer whose transactional id another has initialised since, or whose time is up. */
const FENCING = [
  'INVALID_PRODUCER_EPOCH',
  'INVALID_PRODUCER_ID_MAPPING',
  'UNKNOWN_PRODUCER_ID',
  'INVALID_TXN_STATE',
];
/** What it says while it is busy with the transaction before, or while a coordinator moves. */
const PASSING = [
  'CONCURRENT_TRANSACTIONS',
  'GROUP_LOAD_IN_PROGRESS',
  'GROUP_COORDINATOR_NOT_AVAILABLE',
  'NOT_COORDINATOR_FOR_GROUP',
];
const UNREACHABLE = [
  'KafkaJSConnectionError',
  'KafkaJSConnectionClosedError',
  'KafkaJSRequestTimeoutError',
  'KafkaJSBrokerNotFound',
  'KafkaJSNoBrokerAvailableError',
];

/** True if the producer may not write any more, and nothing of its open transaction will be seen. */
export function isFencing(error: unknown): boolean {
  return FENCING.some((type) => hasType(error, type));
}

/**
 * True if a commit was refused, and what it was to commit will never be seen. kafkajs asks for a commit once, so a
 * transaction that is in the middle of an end is being ended by the brokers: for the next producer of its id, or
 * because its time is up. Both abort it.
 */
export function isRefusedCommit(error: unknown): boolean {
  return isFencing(error) || hasType(error, 'CONCURRENT_TRANSACTIONS');
}

/** True if the same request may succeed in a moment. */
export function isPassing(error: unknown): boolean {
  return PASSING.some((type) => hasType(error, type));
}

/** Errors of this library about brokers that may answer a moment later; where nothing was done, they end a start all the same. */
const AWAY: readonly unknown[] = ['FLAMINGOCK_KAFKA_UNREACHABLE', 'FLAMINGOCK_UNCONFIRMED_MESSAGES'];

/** What `isTransient` of the target system answers, by the error's shape: what Kafka itself calls retriable, and brokers that are away. */
export function isTransient(error: unknown): boolean {
  if (typeof error === 'object' && error !== null && 'code' in error && AWAY.includes(error.code))
    return true;
  const said = saysTransient(error);
  if (said !== undefined) return said;
  const isRetriable = causes(error).some(
    ({ name, retriable }) => retriable === true || UNREACHABLE.includes(name),
  );
  return isRetriable || isPassing(error) || isConnectionFailure(error);
}

/** What `diagnose` of the target system answers, by the error's shape. What kafkajs gives up on it wraps, and says no more of it. */
export function diagnose(error: unknown): TargetDiagnosis {
  if (typeof error !== 'object' || error === null) return {};
  const { code, type, topic } = error as Readonly<Record<'code' | 'type' | 'topic', unknown>>;
  return { code: factText(code), codeName: factText(type), object: factText(topic) };
}

/** True if the broker failed in the middle of the request, which may have taken effect. */
export function isBrokerFailure(error: unknown): boolean {
  return hasType(error, 'UNKNOWN');
}

/** True if a topic that was just created is not known everywhere. */
export function isNotThereYet(error: unknown): boolean {
  return ['UNKNOWN_TOPIC_OR_PARTITION', 'LEADER_NOT_AVAILABLE'].some((type) => hasType(error, type));
}

/** Why a topic was not created: kafkajs says only that there were errors, and has the reason among them. */
export function refusalOf(error: unknown): unknown {
  const { errors } = error as { errors?: unknown[] };
  return errors?.[0] ?? error;
}

/** True if Kafka answered with this error, however kafkajs wrapped it. */
export function hasType(error: unknown, type: string): boolean {
  return causes(error).some((cause) => cause.type === type);
}

/** An error with a remedy in place of the driver's, where there is one; otherwise the very same. */
export function explained(error: unknown, brokers: readonly string[]): unknown {
  const chain = causes(error);
  const denied = chain.find(({ type }) => type?.endsWith('AUTHORIZATION_FAILED'));
  if (denied?.type !== undefined) return new KafkaAccessDeniedError(denied.type, error);
  if (hasType(error, 'UNKNOWN_TOPIC_OR_PARTITION')) return new UnknownTopicError(error);
  if (chain.some(({ name }) => name === 'KafkaJSGroupCoordinatorNotFound')) {
    return new CoordinatorNotFoundError(error);
  }
  if (!chain.some(({ name }) => UNREACHABLE.includes(name))) return error;
  const met = chain.flatMap(({ broker }) => broker ?? []);
  return new KafkaUnreachableError(brokers.length > 0 ? brokers : [...new Set(met)], error);
}

interface DriverError {
  readonly name: string;
  readonly retriable?: boolean;
  readonly type?: string;
  readonly broker?: string;
}

/** kafkajs wraps what it gives up on as `cause`, and what several topics answered in `errors`. */
function causes(error: unknown): DriverError[] {
  if (!(error instanceof Error)) return [];
  const { errors = [] } = error as { errors?: unknown[] };
  return [error, ...[error.cause, ...errors].flatMap(causes)];
}
