import type { Runtime } from './runtime.js';

/**
 * What `work` resolves to, if it does so in time.
 *
 * @throws the error that `late` returns otherwise; the caller does not wait for `work` any more.
 */
export function withinTime<T>(
  ms: number,
  work: Promise<T>,
  late: () => Error,
  runtime: Pick<Runtime, 'timer'>,
): Promise<T> {
  return inTimeOr(ms, work, (_resolve, reject) => reject(late()), runtime);
}

/** Settles as `work` does, if that happens in time, and otherwise as `late` has it. */
export function inTimeOr<T>(
  ms: number,
  work: Promise<T>,
  late: (resolve: (value: T) => void, reject: (error: Error) => void) => void,
  runtime: Pick<Runtime, 'timer'>,
): Promise<T> {
  return new Promise((resolve, reject) => {
    const callOff = runtime.timer(ms, () => late(resolve, reject));
    work.then(
      (value) => {
        callOff();
        resolve(value);
      },
      (error: unknown) => {
        callOff();
        // eslint-disable-next-line @typescript-eslint/prefer-promise-reject-errors -- the reason is passed on unchanged
        reject(error);
      },
    );
  });
}
