import type { DecisionLedger } from './decision-ledger.js';
import type { DecisionRecord } from './decision-record.js';

/**
 * The decisions about a change, the oldest first; the whole ledger is checked.
 *
 * @throws LedgerTamperedError
 */
export async function decisionsAbout(ledger: DecisionLedger, changeId: string): Promise<DecisionRecord[]> {
  const decisions: DecisionRecord[] = [];
  for await (const decision of ledger.read()) if (decision.changeId === changeId) decisions.push(decision);
  return decisions;
}
