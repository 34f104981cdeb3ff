import type { AuditEntry } from '../audit/audit-entry.js';
import { reachStore } from '../audit/reach.js';
import type { Engine } from '../run/engine.js';

/**
 * The whole history, the oldest entry first, in bounded memory.
 *
 * @throws AuditStoreUnavailableError, also in the middle.
 */
export async function* auditExport({ pipeline, store }: Engine): AsyncGenerator<AuditEntry, void, undefined> {
  const { service } = pipeline;
  const entries = store.readHistory(service)[Symbol.asyncIterator]();
  try {
    for (;;) {
      const next = await reachStore(service, () => entries.next());
      if (next.done === true) return;
      yield next.value;
    }
  } finally {
    await entries.return?.();
  }
}
