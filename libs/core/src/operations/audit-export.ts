import type { AuditEntry } from '../audit/audit-entry.js';
import type { HistoryQuery } from '../audit/history-query.js';
import type { Engine } from '../run/engine.js';

/**
 * The entries that `query` is about, by default the whole history, the oldest first; in bounded memory.
 *
 * @throws AuditStoreUnavailableError, also in the middle.
 */
export async function* auditExport(
  { pipeline, store }: Engine,
  query?: HistoryQuery,
): AsyncGenerator<AuditEntry, void, undefined> {
  const { service } = pipeline;
  const entries = store.readHistory(service, query)[Symbol.asyncIterator]();
  try {
    for (;;) {
      const next = await entries.next();
      if (next.done === true) return;
      yield next.value;
    }
  } finally {
    await entries.return?.();
  }
}
