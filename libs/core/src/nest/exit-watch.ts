import { Logger } from '@nestjs/common';
import { describeHolder } from '../lock/lock.errors.js';
import { LockProgress } from '../lock/lock-progress.js';

/**
 * Does `work`, and says so where the process ends in the middle of it: nothing else could, and the exit code may be 0.
 * `work` says how far it has come with the lock.
 */
export async function tellOfExit<T>(
  service: string,
  work: (progress: LockProgress) => Promise<T>,
): Promise<T> {
  const progress = new LockProgress();
  const listener = (code: number): void => {
    const what = whatEnds(service, progress);
    if (what !== undefined)
      new Logger('Flamingock').fatal(`The process ends (exit code ${code}) while ${what}`);
  };
  process.on('exit', listener);
  try {
    return await work(progress);
  } finally {
    process.off('exit', listener);
  }
}

function whatEnds(service: string, { state, waitsFor }: LockProgress): string | undefined {
  if (waitsFor) {
    const holder = describeHolder(waitsFor.holder);
    return `it waits for the lock of service "${service}", held by ${holder}: nothing was run here. Start this instance again.`;
  }
  if (state === 'over') return undefined;
  if (state === 'before') {
    return `it looks at service "${service}", without the lock: nothing was run here. Start this instance again.`;
  }
  return (
    `service "${service}" is at work: how that ends is not recorded, ` +
    'and the lock stays held until its lease is over. The next start decides what an interrupted change ' +
    'needs. If a change called process.exit(), have it throw an error instead.'
  );
}
