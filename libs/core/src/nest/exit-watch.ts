import { Logger } from '@nestjs/common';

/** Does `work`, and says so where the process ends in the middle of it: nothing else could, and the exit code may be 0. */
export async function tellOfExit<T>(service: string, work: () => Promise<T>): Promise<T> {
  const listener = (code: number): void =>
    new Logger('Flamingock').fatal(
      `The process ends (exit code ${code}) while service "${service}" is at work: how that ends is not recorded, ` +
        'and the lock stays held until its lease is over. The next start decides what an interrupted change ' +
        'needs. If a change called process.exit(), have it throw an error instead.',
    );
  process.on('exit', listener);
  try {
    return await work();
  } finally {
    process.off('exit', listener);
  }
}
