/** An abort that is waited for, until it is forgotten. */
export interface Abortion {
  readonly happened: Promise<undefined>;
  forget(): void;
}

/** Waits for `signal` to abort. Whoever calls it has to forget it. */
export function abortOf(signal: AbortSignal): Abortion {
  let forget = (): void => undefined;
  const happened = new Promise<undefined>((resolve) => {
    const listener = () => resolve(undefined);
    if (signal.aborted) listener();
    signal.addEventListener('abort', listener, { once: true });
    forget = () => signal.removeEventListener('abort', listener);
  });
  return { happened, forget };
}

/**
 * Settles as `work` does, or rejects with the signal's reason the moment it aborts;
 * `work` itself goes on unheard.
 */
export async function unlessAborted<T>(signal: AbortSignal, work: Promise<T>): Promise<T> {
  const abort = abortOf(signal);
  const failed = abort.happened.then((): never => {
    throw signal.reason;
  });
  try {
    return await Promise.race([work, failed]);
  } finally {
    abort.forget();
  }
}
