type IsTold = (reason: unknown) => boolean;

const tolerant = new Set<IsTold>();

/**
 * Until the function that it gives back is called, a rejection that nobody handles does not end the process
 * if `isTold` says that somebody was told of it. With any other, Node does what it is set to do.
 */
export function tolerateRejections(isTold: IsTold): () => void {
  // One of its own for each user, who may come twice.
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
  // Nobody else listens, and where nobody does, Node has its own way with a rejection.
  process.off('unhandledRejection', listener);
  // eslint-disable-next-line @typescript-eslint/prefer-promise-reject-errors -- whatever it is
  void Promise.reject(reason);
  setImmediate(() => {
    if (tolerant.size > 0) process.on('unhandledRejection', listener);
  });
}
