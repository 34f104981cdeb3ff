import {
  factText,
  isConnectionFailure,
  saysTransient,
  type TargetDiagnosis,
} from '@nestjs-flamingock/core/adapter';

/** What is read of an error of the SDK. */
interface ErrorFields {
  readonly name?: unknown;
  readonly Code?: unknown;
  readonly $metadata?: { readonly httpStatusCode?: unknown; readonly attempts?: unknown };
  readonly $retryable?: unknown;
}

/** Answers of a store that is overloaded, starting, or at work on the same key, and what the SDK says of a lost one. */
const PASSING: readonly unknown[] = [
  ...['SlowDown', 'ServiceUnavailable', 'InternalError', 'ThrottlingException', 'TooManyRequests'],
  ...['RequestTimeout', 'RequestLimitExceeded', 'ConditionalRequestConflict', 'OperationAborted'],
  ...['TimeoutError', 'AbortError', 'RequestTimeoutException', 'NetworkingError'],
];

/** Statuses of the same. */
const PASSING_STATUSES: readonly unknown[] = [429, 500, 502, 503, 504];

/** What `isTransient` of the target system answers, by the error's shape. */
export function isTransient(error: unknown): boolean {
  const said = saysTransient(error);
  if (said !== undefined) return said;
  const { name, $retryable } = fieldsOf(error);
  return (
    PASSING.includes(name) ||
    PASSING_STATUSES.includes(statusOf(error)) ||
    $retryable !== undefined ||
    isUnreached(error)
  );
}

/** What `diagnose` of the target system answers, by the error's shape. */
export function diagnose(error: unknown): TargetDiagnosis {
  const { name, Code } = fieldsOf(error);
  const status = statusOf(error);
  if (status === undefined) return {};
  return { code: factText(Code) ?? factText(name), codeName: `HTTP ${status}` };
}

/** True where the condition of a write does not hold, or another write of the key was faster. */
export function isTaken(error: unknown): boolean {
  const status = statusOf(error);
  return status === 412 || (status === 409 && isTransient(error));
}

/** True where there is no such object. */
export function isMissing(error: unknown): boolean {
  return statusOf(error) === 404 && fieldsOf(error).name !== 'NoSuchBucket';
}

/** True where an object has more bytes than the store copies in one request. */
export function isTooLargeToCopy(error: unknown): boolean {
  const { message } = error as { readonly message?: unknown };
  return statusOf(error) === 400 && /maximum allowable size|too large/i.test(String(message));
}

/** How the SDK wraps what is no `Error` of its own realm, as under a test runner: without its code and its cause. */
const WRAPPED =
  /^AWS SDK error wrapper for .*\b(?:socket hang up|E(?:CONN[A-Z]+|PIPE|TIMEDOUT|(?:HOST|NET)UNREACH|NOTFOUND|AI_AGAIN))\b/;

/** True where the connection could not be made, or was lost. */
export function isUnreached(error: unknown): boolean {
  return isConnectionFailure(error) || WRAPPED.test(String((error as Error | undefined)?.message));
}

/** True where the store does not know what the request asks for. */
export function isNotImplemented(error: unknown): boolean {
  return statusOf(error) === 501 || fieldsOf(error).name === 'NotImplemented';
}

/** True where the credentials do not allow it, or the bucket is not there. */
export function isRefusal(error: unknown): boolean {
  return [401, 403, 404].includes(statusOf(error) ?? 0);
}

/**
 * True where a request that failed may have taken effect all the same: without an answer, with one of a server that
 * broke down, or with any to a repetition by the SDK, whose first request may have got through.
 */
export function mayHaveLanded(error: unknown): boolean {
  const status = statusOf(error);
  if (status === undefined || status >= 500) return true;
  return Number(fieldsOf(error).$metadata?.attempts ?? 1) > 1;
}

function statusOf(error: unknown): number | undefined {
  const status = fieldsOf(error).$metadata?.httpStatusCode;
  return typeof status === 'number' ? status : undefined;
}

function fieldsOf(error: unknown): ErrorFields {
  return typeof error === 'object' && error !== null ? error : {};
}
