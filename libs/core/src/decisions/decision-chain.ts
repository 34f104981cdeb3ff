import { Chain, type ChainField } from '../audit/chain.js';
import type { DecisionRecord } from './decision-record.js';

/** Every field of a decision, in the order in which its hash is over them. */
const DECISION_FIELDS: readonly ChainField<DecisionRecord>[] = [
  { name: 'service', kind: 'text', since: 1 },
  { name: 'seq', kind: 'integer', since: 1 },
  { name: 'kind', kind: 'text', since: 1 },
  { name: 'changeId', kind: 'text', since: 1 },
  { name: 'about', kind: 'text', since: 1 },
  { name: 'actorKind', kind: 'text', since: 1 },
  { name: 'actorName', kind: 'text', since: 1 },
  { name: 'via', kind: 'text', since: 1, optional: true },
  { name: 'reason', kind: 'text', since: 1, optional: true },
  { name: 'details', kind: 'texts', since: 1 },
  { name: 'createdAt', kind: 'text', since: 1 },
  { name: 'prevHash', kind: 'text', since: 1 },
  { name: 'hash', kind: 'text', since: 1 },
];

/** The chain of decisions, apart from that of entries. */
export const DECISION_CHAIN = new Chain<DecisionRecord>(DECISION_FIELDS, 'decision');
