import type { AuditHead } from '../audit/audit-head.js';
import { readSnapshot } from '../audit/audit-snapshot.js';
import { isApplied } from '../audit/audit-state.js';
import type { AuditStore } from '../audit/audit-store.js';
import { AuditStoreUnavailableError, NewerHistoryError } from '../audit/audit.errors.js';
import { changesOf, renamingOf } from '../audit/renaming.js';
import type { Engine } from './engine.js';
import { isForeign } from '../plan/change-identity.js';
import { EarlierNameError } from '../plan/identity.errors.js';

/** The name that earlier versions gave to every service without one. */
const EARLIER_NAME = 'default';

/**
 * Looks whether this application has its history under the name that it had before it was given one. Called where
 * there is none under its name: naming an application must not run everything again.
 *
 * @throws EarlierNameError where half of its changes, or of those that are applied there, are the same; the error of a
 * store that cannot be read.
 */
export async function assertNoEarlierName({
  pipeline,
  store,
}: Pick<Engine, 'pipeline' | 'store'>): Promise<void> {
  const { service, stages } = pipeline;
  const changes = stages.flatMap((stage) => stage.changes);
  if (service === EARLIER_NAME || changes.length === 0) return;
  const head = await readEarlierHead(store);
  if (!head || head.seq === 0) return;
  const snapshot = await readSnapshot(store, EARLIER_NAME);
  const applied = changesOf(snapshot).filter(({ state }) => isApplied(state));
  const entries = new Map(applied.map((entry) => [entry.changeId, entry]));
  const same = changes.filter((change) => {
    const entry = entries.get(change.id);
    return entry && !isForeign(entry, change);
  });
  const isMost = same.length * 2 >= changes.length || same.length * 2 >= applied.length;
  if (same.length === 0 || !isMost) return;
  const renaming = renamingOf(snapshot);
  const name = renaming?.status === 'closed' ? renaming.to : EARLIER_NAME;
  throw new EarlierNameError(service, name, same.length, changes.length);
}

/** A store that knows of such a history in another place has none here: that one is another application's. */
async function readEarlierHead(store: AuditStore): Promise<AuditHead | undefined> {
  try {
    return await store.readHead(EARLIER_NAME);
  } catch (error) {
    if (error instanceof AuditStoreUnavailableError || error instanceof NewerHistoryError) throw error;
    return undefined;
  }
}
