import type { Actor } from '../audit/actor.js';
import type { AuditEntry } from '../audit/audit-entry.js';
import type { AuditOperation, AuditState } from '../audit/audit-state.js';
import type { HolderActivity } from '../reporting/holder-activity.js';
import type { Engine } from '../run/engine.js';
import { holderActivity } from '../run/holder-watch.js';
import { auditExport } from './audit-export.js';
import { lockStatusOf, type LockStatus } from './lock.js';
import { assertBounds } from './page-bounds.js';
import { summaryOfRun, timelineOf } from './run-entries.js';
import { UnknownRunError } from './view.errors.js';

const DEFAULT_LIMIT = 20;
const MOST = 100;
/** Entries that a list reads: of a run with more, only its last ones are told. */
const MOST_LISTED = 2_000;
/** Entries of one run that are read on either side of the one that names it. */
const MOST_READ = 20_000;

/** What one run or operation has recorded; one that had nothing to do has recorded nothing. */
export interface RunSummary {
  readonly executionId: string;
  readonly host: string;
  /** `seq` of its first entry, as far as it was read. */
  readonly firstSeq: number;
  /** `seq` of its last entry. */
  readonly lastSeq: number;
  /** Of its first entry, on the audit store's clock: ISO 8601, UTC. */
  readonly startedAt: string;
  /** Of its last entry, on the same clock. */
  readonly endedAt: string;
  /** What was being done last. */
  readonly operation: AuditOperation;
  /** How many changes it has entries of. */
  readonly changes: number;
  /** How many of them it has left failed or rolled back after a failure. */
  readonly failed: number;
  /** Of an operation: who did it. */
  readonly actor?: Actor;
  /** Of an operation: why. */
  readonly reason?: string;
  /** True while it holds the lock. */
  readonly isGoingOn: boolean;
  /** True where it has more entries than were read. */
  readonly isCut: boolean;
}

/** What a run or operation has done about one change. */
export interface RunChange {
  readonly changeId: string;
  readonly stage: string;
  readonly targetSystem: string;
  readonly operation: AuditOperation;
  /** In which it was left. */
  readonly state: AuditState;
  /** `seq` of its last entry. */
  readonly seq: number;
  /** Of the first entry, on the audit store's clock: ISO 8601, UTC. */
  readonly startedAt: string;
  /** Of the last entry. */
  readonly endedAt: string;
  /** Milliseconds that its methods took together. */
  readonly durationMs: number;
  /** How often it was executed. */
  readonly attempts: number;
  /** Of its last failure; `null` where nothing failed. */
  readonly error: string | null;
}

/** One run or operation in full. */
export interface RunDetail extends RunSummary {
  /** In the order in which they were begun. */
  readonly timeline: readonly RunChange[];
  /** What it is at work on; absent where it is over, or tells nothing. */
  readonly activity?: HolderActivity;
}

/** Which runs are listed. */
export interface RunListRequest {
  /** Only those whose entries have a lower `seq`: the `next` of the page before. */
  readonly before?: number;
  /**
   * At most so many: a whole number from 1 to 100.
   *
   * @default 20
   */
  readonly limit?: number;
}

/** Part of the runs. */
export interface RunList {
  /** The newest first. */
  readonly runs: readonly RunSummary[];
  /** `before` of the page that follows; absent where this is the last. */
  readonly next?: number;
}

/** How many runs are asked for, and among which entries they are looked for. */
interface RunSearch {
  readonly before?: number | undefined;
  readonly limit: number;
  readonly mostRead: number;
}

/**
 * What was done last, the newest first, told by the entries that it has left.
 *
 * @throws InvalidRequestError
 */
export async function runList(engine: Engine, request: RunListRequest = {}): Promise<RunList> {
  assertBounds(request, MOST);
  const { before, limit = DEFAULT_LIMIT } = request;
  const lock = lockStatusOf(await engine.store.lock.read(engine.pipeline.service));
  const runs = await lastRuns(engine, lock, { before, limit, mostRead: MOST_LISTED });
  const first = runs.at(-1)?.firstSeq ?? 1;
  return { runs, ...(first > 1 && { next: first }) };
}

/** The last runs among the last entries. */
export async function lastRuns(engine: Engine, lock: LockStatus, search: RunSearch): Promise<RunSummary[]> {
  const { before, limit, mostRead } = search;
  const query = { order: 'newest-first', limit: mostRead, ...(before !== undefined && { before }) } as const;
  const runs: AuditEntry[][] = [];
  let read = 0;
  for await (const entry of auditExport(engine, query)) {
    read++;
    const current = runs.at(-1);
    if (current?.[0]?.executionId === entry.executionId) current.push(entry);
    else if (runs.length === limit) break;
    else runs.push([entry]);
  }
  return runs.flatMap((entries, at) => {
    const isCut = at === runs.length - 1 && read === mostRead && (entries.at(-1)?.seq ?? 1) > 1;
    return summaryOfRun(entries.reverse(), { isCut, lock });
  });
}

/**
 * The run or operation that has recorded the entry of that number. One holds the lock at a time, so that its entries are
 * next to each other.
 *
 * @throws InvalidRequestError; UnknownRunError where there is no such entry.
 */
export async function runGet(engine: Engine, seq: number): Promise<RunDetail> {
  assertBounds({ before: seq }, MOST);
  const { store, pipeline } = engine;
  const reading = await store.lock.read(pipeline.service);
  const older = { before: seq + 1, order: 'newest-first', limit: MOST_READ } as const;
  const before = await ofOneRun(auditExport(engine, older));
  const named = before[0];
  if (named?.seq !== seq) throw new UnknownRunError(seq);
  const after = await ofOneRun(auditExport(engine, { after: seq, limit: MOST_READ }), named.executionId);
  const entries = [...before.reverse(), ...after];
  const isCut = before.length === MOST_READ || after.length === MOST_READ;
  const [summary] = summaryOfRun(entries, { isCut, lock: lockStatusOf(reading) });
  if (!summary) throw new UnknownRunError(seq);
  const activity = reading && summary.isGoingOn ? await holderActivity(store, reading) : undefined;
  return { ...summary, timeline: timelineOf(entries), ...(activity && { activity }) };
}

async function ofOneRun(entries: AsyncIterable<AuditEntry>, executionId?: string): Promise<AuditEntry[]> {
  const found: AuditEntry[] = [];
  for await (const entry of entries) {
    if (entry.executionId !== (executionId ?? found[0]?.executionId ?? entry.executionId)) break;
    found.push(entry);
  }
  return found;
}
