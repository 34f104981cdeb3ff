import type { AuditEntry } from '../audit/audit-entry.js';
import { readSnapshot, type AuditSnapshot } from '../audit/audit-snapshot.js';
import { describeHolder } from '../lock/lock.errors.js';
import type { LockRecord } from '../lock/lock-store.js';
import type { Engine } from '../run/engine.js';
import { lockStatus } from './lock.js';

/** A change whose last entry was written by the holder of the lock, and is not its end. */
export interface AtWork {
  readonly changeId: string;
  readonly holder: LockRecord;
}

/** History as it is read without the lock, and the change that a holder is at work on meanwhile. */
export interface Observation {
  readonly snapshot: AuditSnapshot;
  readonly atWork?: AtWork;
}

/** Reads history and asks the lock, until the two belong together. */
export async function observe(engine: Engine): Promise<Observation> {
  for (let seen = 0; ;) {
    const snapshot = await readSnapshot(engine.store, engine.pipeline.service);
    const tail = [...snapshot.values()].at(-1);
    // A change that was open before the lock was read, and still is, has no holder at work on it.
    if (!tail || tail.seq === seen || !isOpen(engine, tail)) return { snapshot };
    const { held, record } = await lockStatus(engine);
    if (held && record?.owner === tail.executionId) {
      return { snapshot, atWork: { changeId: tail.changeId, holder: record } };
    }
    seen = tail.seq;
  }
}

/** Which holder is at work on it, as the reason why no operator has to act. */
export function describeWork({ holder }: AtWork): string {
  return `${describeHolder(holder)} is at work on it right now`;
}

/** True for an entry that its writer goes on from: the method runs, or the rollback method after it. */
function isOpen({ pipeline }: Engine, { changeId, state }: AuditEntry): boolean {
  if (state !== 'EXECUTION_FAILED') return state === 'STARTED';
  const changes = pipeline.stages.flatMap((stage) => stage.changes);
  return changes.some(({ id, rollback }) => id === changeId && rollback !== undefined);
}
