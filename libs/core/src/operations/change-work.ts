import type { AuditEntry } from '../audit/audit-entry.js';
import { DecisionLedger } from '../decisions/decision-ledger.js';
import { decisionsAbout } from '../decisions/decisions-about.js';
import { workOn, type ChangeWork } from '../decisions/issue-work.js';
import type { Engine } from '../run/engine.js';
import { historyOf } from './audit-list.js';

/**
 * The work on a change as history and ledger have it now.
 *
 * @param history Its entries, the oldest first, where they were read already.
 * @throws LedgerTamperedError
 */
export async function workOf(
  engine: Engine,
  changeId: string,
  history?: readonly AuditEntry[],
): Promise<ChangeWork> {
  const entries = history ?? (await historyOf(engine, changeId));
  const ledger = new DecisionLedger(engine.store, engine.pipeline.service);
  return workOn(entries, await decisionsAbout(ledger, changeId));
}
