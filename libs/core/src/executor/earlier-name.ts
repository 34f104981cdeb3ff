import { isApplied } from '../audit/audit-state.js';
import type { Engine } from '../pipeline/engine.js';
import { isForeign } from '../pipeline/change-identity.js';
import { EarlierNameError } from '../pipeline/identity.errors.js';

/** What every service without a name was called by earlier versions. */
const EARLIER_NAME = 'default';

/**
 * Looks whether this application has its history under the name that it had before it was given one. Called where
 * there is none under its name: naming an application must not run everything again.
 *
 * @throws EarlierNameError where half of its changes, or of those that are applied there, are the same.
 */
export async function assertNoEarlierName({
  pipeline,
  store,
}: Pick<Engine, 'pipeline' | 'store'>): Promise<void> {
  const { service, stages } = pipeline;
  const changes = stages.flatMap((stage) => stage.changes);
  if (service === EARLIER_NAME || changes.length === 0) return;
  // What cannot be read under a name that nobody may ever have used is none of this start's business.
  const head = await store.readHead(EARLIER_NAME).catch(() => undefined);
  if (!head || head.seq === 0) return;
  const applied = (await store.readSnapshot(EARLIER_NAME)).filter(({ state }) => isApplied(state));
  const entries = new Map(applied.map((entry) => [entry.changeId, entry]));
  const same = changes.filter((change) => {
    const entry = entries.get(change.id);
    return entry && !isForeign(entry, change);
  });
  const isMost = same.length * 2 >= changes.length || same.length * 2 >= applied.length;
  if (same.length > 0 && isMost)
    throw new EarlierNameError(service, EARLIER_NAME, same.length, changes.length);
}
