import type { Actor, ActorKind } from '../audit/actor.js';
import type { AuditEntry } from '../audit/audit-entry.js';
import { isSettledState } from '../audit/audit-state.js';
import { readMetadata } from '../audit/entry-metadata.js';
import type { LockStatus } from './lock.js';
import type { RunChange, RunSummary } from './runs.js';

/** What is known of a run besides its entries. */
interface RunFacts {
  readonly isCut: boolean;
  readonly lock: LockStatus;
}

/** One run, of its entries, the oldest first; none of no entries. */
export function summaryOfRun(entries: readonly AuditEntry[], { isCut, lock }: RunFacts): RunSummary[] {
  const [first, last] = [entries[0], entries.at(-1)];
  if (!first || !last) return [];
  const { executionId, hostname: host, operation } = last;
  const isGoingOn = lock.held && lock.record?.owner === executionId;
  const lasts = [...new Map(entries.map((entry) => [entry.changeId, entry])).values()];
  const failed = lasts.filter((entry) => isFailed(entry) && !(isGoingOn && entry.state === 'STARTED'));
  return [
    {
      executionId,
      host,
      firstSeq: first.seq,
      lastSeq: last.seq,
      startedAt: first.createdAt,
      endedAt: last.createdAt,
      operation,
      changes: lasts.length,
      failed: failed.length,
      ...operatorIn(last),
      isGoingOn,
      isCut,
    },
  ];
}

/** What became of each change, in the order in which they were begun, of the entries of one run, the oldest first. */
export function timelineOf(entries: readonly AuditEntry[]): RunChange[] {
  const byChange = new Map<string, [AuditEntry, ...AuditEntry[]]>();
  for (const entry of entries) {
    const known = byChange.get(entry.changeId);
    if (known) known.push(entry);
    else byChange.set(entry.changeId, [entry]);
  }
  return [...byChange.values()].map(changeOf);
}

function changeOf(entries: readonly [AuditEntry, ...AuditEntry[]]): RunChange {
  const [first] = entries;
  const last = entries.at(-1) ?? first;
  const { changeId, stage, targetSystem, operation, state, seq, createdAt } = last;
  return {
    changeId,
    stage,
    targetSystem,
    operation,
    state,
    seq,
    startedAt: first.createdAt,
    endedAt: createdAt,
    durationMs: entries.reduce((sum, { durationMs }) => sum + durationMs, 0),
    attempts: entries.filter((entry) => entry.state === 'STARTED').length,
    error: entries.findLast(({ error }) => error !== null)?.error ?? null,
  };
}

function isFailed({ state, operation }: AuditEntry): boolean {
  return !isSettledState(state) || (state === 'ROLLED_BACK' && operation === 'EXECUTE');
}

function operatorIn(entry: AuditEntry): { readonly actor?: Actor; readonly reason?: string } {
  const { by, reason } = readMetadata(entry);
  const { actorKind, via } = entry.metadata;
  const kind = (actorKind ?? 'human') as ActorKind;
  return {
    ...(by !== undefined && { actor: { kind, name: by, ...(via !== undefined && { via }) } }),
    ...(reason !== undefined && { reason }),
  };
}
