import { ENTRY_CHAIN } from './audit-chain.js';
import type { AuditEntry } from './audit-entry.js';
import type { AuditStore } from './audit-store.js';
import type { AuditHead } from './audit-head.js';
import { GENESIS_HASH, isSequenceNumber } from './chain.js';

/** The last entry of each change, by change id. */
export type AuditSnapshot = ReadonlyMap<string, AuditEntry>;

/** History as it is now, read without the lock. */
export async function readSnapshot(store: AuditStore, service: string): Promise<AuditSnapshot> {
  return createSnapshot(await store.readSnapshot(service));
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
