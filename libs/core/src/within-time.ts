import { nodeRuntime } from './node-runtime.js';
import type { Runtime } from './runtime.js';

/**
 * What `work` resolves to, if it does so in time.
 *
 * @throws what `late` gives otherwise; nobody waits for `work` any more.
 */
export function withinTime<T>(
  ms: number,
  work: Promise<T>,
  late: () => Error,
  runtime: Pick<Runtime, 'timer'> = nodeRuntime,
): Promise<T> {
  return new Promise((resolve, reject) => {
    const callOff = runtime.timer(ms, () => reject(late()));
    work.then(
      (value) => {
        callOff();
        resolve(value);
      },
      (error: unknown) => {
        callOff();
        // eslint-disable-next-line @typescript-eslint/prefer-promise-reject-errors -- what the work threw
        reject(error);
      },
    );
  });
}
