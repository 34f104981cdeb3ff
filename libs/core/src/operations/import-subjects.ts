import type { ChangeFacts } from '../audit/audit-journal.js';

/** What the entry of a migration has in place of the facts about a change: the other tool does not know them. */
export function legacySubject(changeId: string, targetSystem: string): ChangeFacts {
  return {
    changeId,
    targetSystem,
    stage: '-',
    order: '-',
    author: '-',
    className: '-',
    txStrategy: 'NON_TX',
    recoveryStrategy: 'MANUAL_INTERVENTION',
    transactional: false,
  };
}
