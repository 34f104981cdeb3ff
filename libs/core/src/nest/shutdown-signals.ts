import { RunAbortedError } from '../run/run.errors.js';

/**
 * Runs `work` with a signal that aborts when the process is told to end. Listens only
 * meanwhile: Nest's own shutdown hooks wait for start-up to finish, so nothing else
 * could stop a run that is part of it. A process signal that nobody else listens to is
 * sent again once `work` has settled, and so has its usual effect.
 */
export async function withShutdownSignals<T>(
  signals: readonly NodeJS.Signals[],
  service: string,
  work: (interrupted: AbortSignal) => Promise<T>,
): Promise<T> {
  const interruption = new AbortController();
  let received: NodeJS.Signals | undefined;
  const listener = (signal: NodeJS.Signals) => {
    received ??= signal;
    interruption.abort(new RunAbortedError(service, `the process received ${signal}`));
  };
  for (const signal of signals) process.on(signal, listener);
  try {
    return await work(interruption.signal);
  } finally {
    for (const signal of signals) process.off(signal, listener);
    if (received && process.listenerCount(received) === 0) process.kill(process.pid, received);
  }
}
