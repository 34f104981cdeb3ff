import type { AuditEntry } from '../audit/audit-entry.js';
import { readSnapshot, type AuditSnapshot } from '../audit/audit-snapshot.js';
import { isAsked } from '../audit/history-query.js';
import { differencesOf } from '../plan/change-identity.js';
import type { Engine } from '../run/engine.js';
import { auditExport } from './audit-export.js';
import { assertKnown } from './known-changes.js';
import { InvalidRequestError } from './operation.errors.js';

/** Which entries to list. */
export interface AuditListRequest {
  /** Every entry, instead of the last one of each change. */
  readonly history?: boolean;
  /** Only entries recorded at this time or later, on the audit store's clock: ISO 8601, or a date. */
  readonly since?: string | Date;
  readonly changeId?: string;
  /** Only the last so many: a whole number from 1. */
  readonly limit?: number;
}

/** An entry of the history, with what the code says of its change now. */
export interface ListedEntry extends AuditEntry {
  /**
   * What the applied change differs in from what was applied, in words: `author "ann", now "bob"`. Only in
   * the last entry of a change, and not where `editedChanges` is `ignore`.
   */
  readonly edited?: readonly string[];
}

/**
 * Entries of the history, the newest last.
 *
 * @throws UnknownChangeError for an id that neither code nor history knows;
 * InvalidRequestError for a date or a limit that is none.
 */
export async function auditList(engine: Engine, request: AuditListRequest = {}): Promise<ListedEntry[]> {
  const { history = false, changeId } = request;
  const limit = limitOf(request);
  const since = sinceOf(request);
  const snapshot = await readSnapshot(engine.store, engine.pipeline.service);
  if (changeId !== undefined) assertKnown(changeId, engine.pipeline, snapshot);
  // Those that are too old do not count.
  const ofNumber = request.since === undefined && Number.isFinite(limit) && { limit };
  const ofChange = changeId !== undefined && { changeId };
  const newest = history
    ? auditExport(engine, { ...ofChange, ...ofNumber, order: 'newest-first' })
    : [...snapshot.values()].filter((entry) => isAsked(entry, { ...ofChange })).reverse();
  const listed: AuditEntry[] = [];
  for await (const entry of newest) {
    if (Date.parse(entry.createdAt) >= since && listed.push(entry) === limit) break;
  }
  return withEdits(listed.reverse(), engine, snapshot);
}

function withEdits(
  entries: readonly AuditEntry[],
  { pipeline, settings }: Engine,
  snapshot: AuditSnapshot,
): ListedEntry[] {
  if (settings.editedChanges === 'ignore') return [...entries];
  const inCode = new Map(pipeline.stages.flatMap(({ changes }) => changes.map((one) => [one.id, one])));
  return entries.map((entry) => {
    const change = snapshot.get(entry.changeId)?.seq === entry.seq ? inCode.get(entry.changeId) : undefined;
    const edited = change ? differencesOf(change, entry) : [];
    return edited.length > 0 ? { ...entry, edited } : entry;
  });
}

/** Every entry of one change, the oldest first. */
export async function historyOf(engine: Engine, changeId: string): Promise<AuditEntry[]> {
  const entries: AuditEntry[] = [];
  for await (const entry of auditExport(engine, { changeId })) entries.push(entry);
  return entries;
}

function limitOf({ limit = Infinity }: AuditListRequest): number {
  if (limit === Infinity || (Number.isSafeInteger(limit) && limit > 0)) return limit;
  throw new InvalidRequestError([{ field: 'limit', problem: `must be a whole number from 1, not ${limit}` }]);
}

function sinceOf({ since }: AuditListRequest): number {
  if (since === undefined) return -Infinity;
  const time = new Date(since).getTime();
  if (!Number.isNaN(time)) return time;
  const problem = `must be a date such as 2026-01-31T08:00:00Z, not ${String(since)}`;
  throw new InvalidRequestError([{ field: 'since', problem }]);
}
