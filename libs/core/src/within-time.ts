import { NOT_NEEDED } from './abort.js';
import { nodeRuntime } from './node-runtime.js';
import type { Runtime } from './runtime.js';

/**
 * What `work` resolves to, if it does so in time.
 *
 * @throws what `late` gives otherwise; nobody waits for `work` any more.
 */
export async function withinTime<T>(
  ms: number,
  work: Promise<T>,
  late: () => Error,
  runtime: Pick<Runtime, 'sleep'> = nodeRuntime,
): Promise<T> {
  const settled = new AbortController();
  const expire = async (): Promise<T> => {
    await runtime.sleep(ms, settled.signal);
    if (settled.signal.aborted) return work;
    throw late();
  };
  try {
    return await Promise.race([work, expire()]);
  } finally {
    settled.abort(NOT_NEEDED);
  }
}
