import type { AdapterHost } from '@nestjs-flamingock/core/adapter';
import { isNotThereYet } from './driver-error.js';
import { retryFor } from './retry-for.js';

/**
 * How long a topic that was just created may take to be known everywhere, in milliseconds. Each attempt is answered at
 * once; what is waited for is that brokers tell each other.
 */
const APPEARS_MS = 10_000;

/** Asks about a topic that may have been created a moment ago. */
export function onceThere<T>(host: AdapterHost, ask: () => Promise<T>): Promise<T> {
  return retryFor(host, APPEARS_MS, isNotThereYet, ask);
}
