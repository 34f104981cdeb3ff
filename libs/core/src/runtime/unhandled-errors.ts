type IsTold = (reason: unknown) => boolean;
type Tell = (error: unknown) => void;

const tolerant = new Set<IsTold>();
let tellStray: Tell | undefined;

/**
 * Keeps an unhandled rejection from ending the process if `isTold` says that it was reported. With any other,
 * Node does what it is set to do.
 *
 * @returns ends this.
 */
export function tolerateRejections(isTold: IsTold): () => void {
  // A new function for each call: the same `isTold` may be passed twice.
  const mine: IsTold = (reason) => isTold(reason);
  if (tolerant.size === 0) process.on('unhandledRejection', listener);
  tolerant.add(mine);
  return () => {
    tolerant.delete(mine);
    if (tolerant.size === 0) process.off('unhandledRejection', listener);
  };
}

function listener(reason: unknown): void {
  if ([...tolerant].some((isTold) => isTold(reason)) || process.listenerCount('unhandledRejection') > 1)
    return;
  // There is no other listener. Without any, Node handles the rejection as it is set to.
  process.off('unhandledRejection', listener);
  // eslint-disable-next-line @typescript-eslint/prefer-promise-reject-errors -- the reason is passed on unchanged
  void Promise.reject(reason);
  setImmediate(() => {
    if (tolerant.size > 0) process.on('unhandledRejection', listener);
  });
}

/**
 * From now on an error to which nobody listens is told and does not end the process: one that is about to end has an
 * exit code of its own. A connection that is closed while it is still being made fails that way, in BullMQ for one.
 * The `tell` that was given last is told.
 */
export function tellStrayErrors(tell: Tell): void {
  if (!tellStray) process.on('uncaughtException', (error) => tellStray?.(error));
  tellStray = tell;
}
