/** A wait for an abort. */
interface AbortWait {
  readonly aborted: Promise<undefined>;
  /** Ends the wait. */
  dispose(): void;
}

function onAbort(signal: AbortSignal): AbortWait {
  let dispose = (): void => undefined;
  const aborted = new Promise<undefined>((resolve) => {
    const listener = () => resolve(undefined);
    if (signal.aborted) listener();
    signal.addEventListener('abort', listener, { once: true });
    dispose = () => signal.removeEventListener('abort', listener);
  });
  return { aborted, dispose };
}

/**
 * Settles as `work` does, or rejects with the signal's reason the moment it aborts;
 * `work` itself goes on, and its outcome is ignored.
 */
export async function unlessAborted<T>(signal: AbortSignal, work: Promise<T>): Promise<T> {
  const wait = onAbort(signal);
  const failed = wait.aborted.then((): never => {
    throw signal.reason;
  });
  try {
    return await Promise.race([work, failed]);
  } finally {
    wait.dispose();
  }
}
