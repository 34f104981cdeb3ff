import { setTimeout } from 'node:timers/promises';
import type { Job, Participant } from '../participant.js';
import { openFlamingock } from './flamingock.js';
import { insertRow } from './insert-row.js';
import { applying } from './open-application.js';

const BLOCKED_MS = 5_000;
const PAUSE_MS = 10_000;

/**
 * Gets stuck in its first change, with the lock in its hands, and says so: `variant` "hangs" for good, "pauses"
 * for ten seconds, "blocks" for five in which it does nothing else, not even renew its lock.
 */
export async function open(job: Job): Promise<Participant> {
  const getStuck = async (): Promise<void> => {
    process.send?.('stuck');
    if (job.variant === 'blocks') await block();
    else await (job.variant === 'pauses' ? setTimeout(PAUSE_MS) : hang());
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
