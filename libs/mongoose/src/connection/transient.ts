import { isConnectionFailure, saysTransient } from '@nestjs-flamingock/core/adapter';

/** Labels that the server or the driver puts on errors after which the same may be tried again. */
const LABELS = ['TransientTransactionError', 'RetryableWriteError'];

/** Errors of the driver about a server that does not answer, or is looked for. */
const NAMES: readonly unknown[] = [
  'MongoNetworkError',
  'MongoNetworkTimeoutError',
  'MongoServerSelectionError',
  'MongooseServerSelectionError',
  'MongoPoolClearedError',
  'PoolClearedOnNetworkError',
  'MongoWaitQueueTimeoutError',
];

/** Error codes of the server by the names of its manual. */
const CODES: readonly unknown[] = [
  6, // HostUnreachable
  7, // HostNotFound
  24, // LockTimeout
  89, // NetworkTimeout
  91, // ShutdownInProgress
  112, // WriteConflict
  189, // PrimarySteppedDown
  262, // ExceededTimeLimit
  9001, // SocketException
  10107, // NotWritablePrimary
  11600, // InterruptedAtShutdown
  11602, // InterruptedDueToReplStateChange
  13435, // NotPrimaryNoSecondaryOk
  13436, // NotPrimaryOrSecondary
];

/** What `isTransient` of store and target system answers, by the error's shape. */
export function passes(error: unknown): boolean {
  const said = saysTransient(error);
  if (said !== undefined) return said;
  if (typeof error !== 'object' || error === null) return false;
  const { name, code, errorLabels } = error as Readonly<Record<string, unknown>>;
  const isLabelled = Array.isArray(errorLabels) && LABELS.some((label) => errorLabels.includes(label));
  return isLabelled || NAMES.includes(name) || CODES.includes(code) || isConnectionFailure(error);
}
