import { isFinal, type FlamingockError } from '../errors/flamingock.error.js';
import { AuditStoreUnavailableError } from './audit.errors.js';

/**
 * Talks to the audit store before anything has run.
 *
 * @throws AuditStoreUnavailableError in place of whatever a driver throws.
 */
export async function reachStore<T>(service: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (cause) {
    throw namesItsSystem(cause) ? cause : new AuditStoreUnavailableError(service, cause);
  }
}

/** True for an error that says by itself what cannot be used, or what else is wrong: it is passed on as it is. */
export function namesItsSystem(cause: unknown): cause is FlamingockError {
  return isFinal(cause) || cause instanceof AuditStoreUnavailableError;
}
