import { Change, Execution, TargetSystem, type ChangeClass } from '@nestjs-flamingock/core';
import { EntityManager } from 'typeorm';
import type { Insert, Job, Participant } from '../participant.js';
import { openFlamingock } from './flamingock.js';
import { applying } from './open-application.js';

const BLOCKED_MS = 5_000;

/**
 * Gets stuck in its first change, with the lock in its hands, and says so: `variant` "hangs" for good, "blocks"
 * for five seconds in which it does nothing else, not even renew its lock.
 */
export async function open(job: Job): Promise<Participant> {
  const getStuck = job.variant === 'blocks' ? block : hang;
  return applying(await openFlamingock(job, (insert) => stuckChange(insert, getStuck)));
}

function stuckChange({ id, number, statement }: Insert, getStuck: () => Promise<void>): ChangeClass {
  @Change({ id, order: id, author: 'benchmarks' })
  @TargetSystem('rows-db')
  class InsertRow {
    @Execution()
    async execute(manager: EntityManager): Promise<void> {
      await manager.query(statement);
      if (number > 1) return;
      process.send?.('stuck');
      await getStuck();
    }
  }
  return InsertRow;
}

function hang(): Promise<void> {
  return new Promise(() => undefined);
}

async function block(): Promise<void> {
  const until = performance.now() + BLOCKED_MS;
  while (performance.now() < until);
}
