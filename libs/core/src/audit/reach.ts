import { isFinal } from '../errors/flamingock.error.js';
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
    throw cause instanceof AuditStoreUnavailableError || isFinal(cause)
      ? cause
      : new AuditStoreUnavailableError(service, cause);
  }
}
