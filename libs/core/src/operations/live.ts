import type { AuditEntry } from '../audit/audit-entry.js';
import { DecisionLedger } from '../decisions/decision-ledger.js';
import { holderActivity } from '../run/holder-watch.js';
import type { HolderActivity } from '../reporting/holder-activity.js';
import type { Engine } from '../run/engine.js';
import { auditExport } from './audit-export.js';
import { lockStatusOf, type LockStatus } from './lock.js';
import { assertSeq } from './page-bounds.js';

/** Entries that are told at once. */
const MOST_TOLD = 200;

/** What goes on at this moment. */
export interface LiveState {
  /** `seq` of the last entry; 0 where nothing was recorded. */
  readonly seq: number;
  /** Hash of that entry; empty where there is none. */
  readonly hash: string;
  /** `seq` of the last decision. */
  readonly decisions: number;
  readonly lock: LockStatus;
  /** What the holder of the lock is at work on; absent where it is free, or its run has lasted less than a second. */
  readonly activity?: HolderActivity;
}

/** Since when news are asked for. */
export interface LiveRequest {
  /** Entries with a higher `seq` are news; by default there are none. */
  readonly after?: number;
}

/** What goes on, and what was recorded since. */
export interface LiveNews {
  readonly state: LiveState;
  /** The oldest first. */
  readonly entries: readonly AuditEntry[];
  /** True where more was recorded since than is told, or the history ends before: whoever asks reads everything anew. */
  readonly isReset: boolean;
  /** How many queries of the audit store it took. */
  readonly queries: number;
}

/**
 * What goes on at this moment, by what the store and the holder of the lock say, whichever process that is. Three or four
 * small queries, and one more where something was recorded. Takes no lock and writes nothing.
 *
 * @throws InvalidRequestError
 */
export async function live(engine: Engine, { after }: LiveRequest = {}): Promise<LiveNews> {
  assertSeq('after', after);
  const { store, pipeline } = engine;
  const [head, reading, decisions] = await Promise.all([
    store.readHead(pipeline.service),
    store.lock.read(pipeline.service),
    new DecisionLedger(store, pipeline.service).lastSeq(),
  ]);
  const lock = lockStatusOf(reading);
  const activity = reading && lock.held ? await holderActivity(store, reading) : undefined;
  const { seq = 0, hash = '' } = head ?? {};
  const isNews = after !== undefined && seq > after;
  const isTold = isNews && seq - after <= MOST_TOLD;
  const entries = isTold ? await since(engine, after) : [];
  return {
    state: { seq, hash: seq > 0 ? hash : '', decisions, lock, ...(activity && { activity }) },
    entries,
    isReset: (isNews && !isTold) || (after !== undefined && seq < after),
    queries: 3 + Number(lock.held) + Number(isTold),
  };
}

async function since(engine: Engine, after: number): Promise<AuditEntry[]> {
  const entries: AuditEntry[] = [];
  for await (const entry of auditExport(engine, { after, limit: MOST_TOLD })) entries.push(entry);
  return entries;
}
