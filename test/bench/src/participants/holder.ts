import type { Job, Participant } from '../participant.js';
import { openFlamingock } from './flamingock.js';
import { insertRow } from './insert-row.js';
import { applying } from './open-application.js';

const BLOCKED_MS = 5_000;

/**
 * Gets stuck in its first change, with the lock in its hands, and says so: `variant` "hangs" for good, "blocks"
 * for five seconds in which it does nothing else, not even renew its lock.
 */
export async function open(job: Job): Promise<Participant> {
  const getStuck = async (): Promise<void> => {
    process.send?.('stuck');
    await (job.variant === 'blocks' ? block() : hang());
  };
  return applying(
    await openFlamingock(job, (insert) => insertRow(insert, insert.number === 1 ? getStuck : undefined)),
  );
}

function hang(): Promise<void> {
  return new Promise(() => undefined);
}

async function block(): Promise<void> {
  const until = performance.now() + BLOCKED_MS;
  while (performance.now() < until);
}
