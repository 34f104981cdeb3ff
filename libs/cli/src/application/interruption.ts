import type { FlamingockService } from '@nestjs-flamingock/core';

const SIGNALS = ['SIGINT', 'SIGTERM'] as const;

/**
 * Does `work` such that the first Ctrl-C or SIGTERM stops it in order: what was going on is
 * recorded and the lock is released. A second one ends the process as usual.
 */
export async function interruptibly<T>(
  flamingock: FlamingockService,
  say: (text: string) => void,
  work: () => Promise<T>,
): Promise<T> {
  const listener = (signal: NodeJS.Signals) => {
    ignore();
    say(`${signal}: stopping, and recording what is left. Press Ctrl-C again to exit immediately.`);
    void flamingock.stop(`the command received ${signal}`);
  };
  const ignore = () => SIGNALS.forEach((signal) => process.off(signal, listener));
  SIGNALS.forEach((signal) => process.on(signal, listener));
  try {
    return await work();
  } finally {
    ignore();
  }
}
