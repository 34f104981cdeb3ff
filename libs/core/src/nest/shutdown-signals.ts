import { errorText } from '../errors/error-text.js';
import { RunAbortedError } from '../run/run.errors.js';

/**
 * Runs `work` with a signal that aborts when the process is told to end, or the caller says so. Listens only
 * meanwhile: Nest's own shutdown hooks wait for start-up to finish, so nothing else
 * could stop a run that is part of it. A process signal that has no other listener is
 * sent again once `work` has settled, and so has its usual effect.
 *
 * @throws RunAbortedError where the caller has said so before.
 */
export async function withShutdownSignals<T>(
  signals: readonly NodeJS.Signals[],
  service: string,
  work: (interrupted: AbortSignal) => Promise<T>,
  caller?: AbortSignal,
): Promise<T> {
  const interruption = new AbortController();
  let received: NodeJS.Signals | undefined;
  const listener = (signal: NodeJS.Signals) => {
    received ??= signal;
    interruption.abort(new RunAbortedError(service, `the process received ${signal}`));
  };
  // The reason is the caller's own, and nothing else in the engine would know it for a stop.
  const stop = () =>
    interruption.abort(new RunAbortedError(service, `its caller stopped it (${errorText(caller?.reason)})`));
  if (caller?.aborted) stop();
  interruption.signal.throwIfAborted();
  caller?.addEventListener('abort', stop);
  for (const signal of signals) process.on(signal, listener);
  try {
    return await work(interruption.signal);
  } finally {
    caller?.removeEventListener('abort', stop);
    for (const signal of signals) process.off(signal, listener);
    if (received && process.listenerCount(received) === 0) process.kill(process.pid, received);
  }
}
