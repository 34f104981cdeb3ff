import type { AuditEntry } from '../audit/audit-entry.js';
import type { AuditState } from '../audit/audit-state.js';
import { readMetadata } from '../audit/entry-metadata.js';
import type { HistoryQuery } from '../audit/history-query.js';
import type { Engine } from '../run/engine.js';
import { auditExport } from './audit-export.js';
import { assertBounds } from './page-bounds.js';
import { includesText } from './text-search.js';

const DEFAULT_LIMIT = 50;
const MOST = 500;
/** Entries that one page looks at to find those that are asked for. */
const MOST_LOOKED_AT = 5_000;

/** Which part of the history is asked for. */
export interface HistoryPageRequest {
  /** Only entries with a lower `seq`: the `next` of the page before. */
  readonly before?: number;
  /**
   * At most so many: a whole number from 1 to 500.
   *
   * @default 50
   */
  readonly limit?: number;
  readonly changeId?: string;
  /** Only entries in one of these states. */
  readonly states?: readonly AuditState[];
  /** Only entries that have this text, in any case, in one of their fields: ids, names, error, reason. */
  readonly text?: string;
}

/** Part of the history. */
export interface HistoryPage {
  /** The newest first. */
  readonly entries: readonly AuditEntry[];
  /** `before` of the page that follows; absent where this is the last. There may be fewer entries than asked for before it. */
  readonly next?: number;
  /** `seq` down to which entries were looked at; absent where there is none. */
  readonly lookedAt?: number;
}

/**
 * Part of the history. It takes as long on the last page as on the first: the next page begins at an entry and not at a
 * count. What no index finds is looked for in the next 5,000 entries, so that a page takes bounded time.
 *
 * @throws InvalidRequestError
 */
export async function historyPage(engine: Engine, request: HistoryPageRequest = {}): Promise<HistoryPage> {
  assertBounds(request, MOST);
  const { before, changeId, limit = DEFAULT_LIMIT } = request;
  const mostRead = isFiltered(request) ? MOST_LOOKED_AT : limit;
  const query: HistoryQuery = {
    order: 'newest-first',
    limit: mostRead,
    ...(before !== undefined && { before }),
    ...(changeId !== undefined && { changeId }),
  };
  const entries: AuditEntry[] = [];
  let lookedAt: number | undefined;
  let read = 0;
  for await (const entry of auditExport(engine, query)) {
    read++;
    lookedAt = entry.seq;
    if (isWanted(entry, request) && entries.push(entry) === limit) break;
  }
  const mayFollow = (read === mostRead || entries.length === limit) && (lookedAt ?? 0) > 1;
  return {
    entries,
    ...(lookedAt !== undefined && { lookedAt, ...(mayFollow && { next: lookedAt }) }),
  };
}

function isFiltered({ states = [], text = '' }: HistoryPageRequest): boolean {
  return states.length > 0 || text !== '';
}

function isWanted(entry: AuditEntry, { states = [], text = '' }: HistoryPageRequest): boolean {
  if (states.length > 0 && !states.includes(entry.state)) return false;
  if (text === '') return true;
  const { by, reason } = readMetadata(entry);
  const { changeId, stage, author, className, targetSystem, hostname, executionId, error } = entry;
  return includesText(text, [
    changeId,
    stage,
    author,
    className,
    targetSystem,
    hostname,
    executionId,
    error,
    by,
    reason,
  ]);
}
