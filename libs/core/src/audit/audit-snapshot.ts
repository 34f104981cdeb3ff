import { ENTRY_CHAIN } from './audit-chain.js';
import type { AuditEntry } from './audit-entry.js';
import type { AuditStore } from './audit-store.js';
import type { AuditHead } from './audit-head.js';
import { mayHaveSteps, readSteps, type StoredSteps } from './step-records.js';
import { GENESIS_HASH, isSequenceNumber } from './chain.js';

/** The last entry of each change, by change id. */
export interface AuditSnapshot extends ReadonlyMap<string, AuditEntry> {
  /** What is recorded of the steps of changes whose execution was not ended, by change id. Absent where there are none. */
  readonly steps?: ReadonlyMap<string, StoredSteps>;
}

/** History as it is now. Steps are asked for only where a change may have some. */
export async function readSnapshot(store: AuditStore, service: string): Promise<AuditSnapshot> {
  const snapshot = createSnapshot(await store.readSnapshot(service));
  const open = [...snapshot.values()].filter(mayHaveSteps);
  if (open.length === 0) return snapshot;
  const steps = new Map<string, StoredSteps>();
  for (const { changeId } of open) {
    const found = await readSteps(store.records, service, changeId);
    if (found) steps.set(changeId, found);
  }
  return new SnapshotWithSteps(snapshot, steps);
}

class SnapshotWithSteps extends Map<string, AuditEntry> implements AuditSnapshot {
  constructor(
    entries: AuditSnapshot,
    readonly steps: ReadonlyMap<string, StoredSteps>,
  ) {
    super(entries);
  }
}

/** Indexes entries by change; of several for one change the last in history counts. */
export function createSnapshot(entries: readonly AuditEntry[]): AuditSnapshot {
  const inOrder = [...entries].sort((a, b) => a.seq - b.seq);
  return new Map(inOrder.map((entry) => [entry.changeId, entry]));
}

/** What is wrong with the entries that a run goes by, each for itself, or `undefined`. */
export function entryFault(snapshot: AuditSnapshot): string | undefined {
  const odd = [...snapshot.values()].find(
    (entry) => !isSequenceNumber(entry.seq) || !ENTRY_CHAIN.isIntact(entry),
  );
  return odd && `entry ${String(odd.seq)} (${odd.changeId}) was changed`;
}

/**
 * What is wrong with those entries or with the end of the chain, or `undefined`. The last
 * entry of a history is always the last of its change, so a snapshot is enough to tell.
 */
export function tailFault(head: AuditHead, snapshot: AuditSnapshot): string | undefined {
  return entryFault(snapshot) ?? endFault(head, snapshot);
}

/** What is wrong with the end of the chain, or `undefined`. */
export function endFault(head: AuditHead, snapshot: AuditSnapshot): string | undefined {
  const tail = [...snapshot.values()].sort((a, b) => a.seq - b.seq).at(-1);
  if ((tail?.seq ?? 0) !== head.seq) {
    return `the head names entry ${head.seq} as the last, but the last one found is ${tail?.seq ?? 0}`;
  }
  if (tail && tail.hash !== head.hash) return `entry ${tail.seq} (${tail.changeId}) was changed`;
  return !tail && head.hash !== GENESIS_HASH ? 'its head was changed' : undefined;
}
