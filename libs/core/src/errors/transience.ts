import { isFinal } from './flamingock.error.js';

/** A port that can tell which failures of its system pass by themselves. */
export interface JudgesFailures {
  /** See `AuditStore.isTransient` and `TargetSystem.isTransient`. */
  isTransient?(error: unknown): boolean;
}

/**
 * True where the same call may succeed a moment later: what the port says of its system's failure. Without a word of
 * it, every failure that is no error of this library may pass.
 */
export function mayPass(port: JudgesFailures, error: unknown): boolean {
  return port.isTransient?.(error) ?? !isFinal(error);
}

/** What an error of this library says of itself, read by its shape; `undefined` for any other error. For adapters. */
export function saysTransient(error: unknown): boolean | undefined {
  if (typeof error !== 'object' || error === null || !('isTransient' in error)) return undefined;
  return typeof error.isTransient === 'boolean' ? error.isTransient : undefined;
}

/** Codes of Node with which a connection is not made, or is lost. */
const CONNECTION_FAILURES: readonly unknown[] = [
  'ECONNREFUSED',
  'ECONNRESET',
  'ECONNABORTED',
  'EPIPE',
  'ETIMEDOUT',
  'EHOSTUNREACH',
  'ENETUNREACH',
  // A name that is not known yet, as in a cluster that has just started.
  'ENOTFOUND',
  'EAI_AGAIN',
];

/** How deep causes are looked at: they may form a circle. */
const DEEPEST = 5;

/**
 * True where Node reports that a connection could not be made or was lost, however deep among the causes of the error.
 * Read by shape. For adapters.
 */
export function isConnectionFailure(error: unknown, depth = 0): boolean {
  if (typeof error !== 'object' || error === null || depth > DEEPEST) return false;
  const { code, cause, driverError, errors } = error as Readonly<Record<string, unknown>>;
  if (CONNECTION_FAILURES.includes(code)) return true;
  const inside: unknown[] = [cause, driverError, ...(Array.isArray(errors) ? (errors as unknown[]) : [])];
  return inside.some((one) => isConnectionFailure(one, depth + 1));
}
