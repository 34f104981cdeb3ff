import type { AuditEntry } from '../audit/audit-entry.js';
import type { AuditSnapshot } from '../audit/audit-snapshot.js';
import { readMetadata, writeMetadata } from '../audit/entry-metadata.js';
import type { Marker, TargetFence } from '../target-system/target-system.js';

/**
 * A database that has lost committed writes, as one that was restored from a
 * backup, promoted from a standby that lagged, or made anew: audit store and target system
 * contradict each other about who has claimed the target.
 */
export interface LostWrites {
  readonly targetSystem: string;
  /** Which of the two has forgotten. */
  readonly lostBy: 'audit-store' | 'target-system';
  /** Lock token of the last claim of the target that the audit store knows of; 0: none. */
  readonly recorded: number;
  /** Lock token of the last claim that the target knows of; 0: none. */
  readonly found: number;
  /**
   * Changes of which exactly one of the two knows that they ended, though both know the same last claim:
   * the writes were lost in the middle of a run. Empty otherwise.
   */
  readonly changeIds: readonly string[];
}

/** Metadata of entries whose execution had claimed its target system: the lock token of the claim. */
export function claimedBy(token: number): AuditEntry['metadata'] {
  return writeMetadata({ token: String(token) });
}

/**
 * What audit store and target system contradict each other in below the last claim, which both know:
 * a marker of which history knows nothing, or the end of a change in history without its marker.
 *
 * @param fence The target's. Markers of the claim that it carries are all still there.
 */
export function lostChanges(
  targetSystem: string,
  fence: TargetFence | undefined,
  markers: readonly Marker[],
  snapshot: AuditSnapshot,
): LostWrites | undefined {
  const found = fence?.token ?? 0;
  const facts = { targetSystem, recorded: recordedClaim(snapshot, targetSystem), found };
  const unrecorded = markers.filter((marker) => !knows(snapshot.get(marker.changeId), marker));
  if (unrecorded.length > 0) {
    return { ...facts, lostBy: 'audit-store', changeIds: unrecorded.map(({ changeId }) => changeId) };
  }
  const kept = new Map(markers.map((marker) => [marker.changeId, marker.token]));
  const unproven = settledUnder(fence, targetSystem, snapshot).filter((id) => kept.get(id) !== found);
  return unproven.length > 0 ? { ...facts, lostBy: 'target-system', changeIds: unproven } : undefined;
}

/** Ids of the changes of a target system of which history knows how they ended under this claim. */
export function settledUnder(
  fence: TargetFence | undefined,
  targetSystem: string,
  snapshot: AuditSnapshot,
): string[] {
  return [...snapshot.values()]
    .filter((entry) => entry.targetSystem === targetSystem && hasCommitted(entry))
    .filter((entry) => claimOf(entry) === fence?.token)
    .map(({ changeId }) => changeId);
}

/** True for the end of an execution or undo that has left a marker. */
function hasCommitted({ state, operation }: AuditEntry): boolean {
  return operation === 'UNDO' ? state === 'ROLLED_BACK' : operation === 'EXECUTE' && state === 'EXECUTED';
}

/** Place in history of the first of these entries whose claim its target system does not know any more; `found`: the last one that it knows. */
export function lostFrom(entries: readonly AuditEntry[], found: number): number {
  return Math.min(...entries.filter((entry) => claimOf(entry) > found).map(({ seq }) => seq));
}

/** Highest lock token with which history says that a target system was claimed; 0 if it says so nowhere. */
export function recordedClaim(snapshot: AuditSnapshot, targetSystem: string): number {
  let highest = 0;
  for (const entry of snapshot.values()) {
    if (entry.targetSystem === targetSystem) highest = Math.max(highest, claimOf(entry));
  }
  return highest;
}

/** Lock token of the claim that an entry says its execution had, or the history that it is a copy in; 0: none. */
export function claimOf(entry: AuditEntry): number {
  const { txStrategy, operation, state } = entry;
  if (txStrategy !== 'TX_SEPARATE' || operation === 'FIX') return 0;
  // An execution without a token is of a version that claimed the target together with its commit.
  const untold = state === 'EXECUTED' && operation !== 'IMPORT' ? 1 : 0;
  return Number(readMetadata(entry).token ?? untold);
}

/** True where the last entry of a change is later than a marker of it, or of the same execution or undo. */
function knows(entry: AuditEntry | undefined, { token, operation, executionId }: Marker): boolean {
  if (!entry) return false;
  // One without a token is none of a separate target system's, or an operator's.
  const recorded = Number(readMetadata(entry).token ?? Infinity);
  if (recorded > token) return true;
  // What reconciles comes before what the same run executes.
  return recorded === token && entry.operation === operation && entry.executionId === executionId;
}

/** True where the target does not have the last claim any more that history knows of. */
export function isBehind(fence: TargetFence | undefined, recorded: number): boolean {
  return (fence?.token ?? 0) < recorded;
}
