import { ENTRY_CHAIN } from './audit-chain.js';
import type { AuditEntry } from './audit-entry.js';
import { missing, type ChainEnd } from './chain.js';

/** The first place at which a chain was changed. */
export interface ChainFault {
  readonly seq: number;
  /** Absent where there is no such entry. */
  readonly changeId?: string;
  /** What is wrong, in words that follow "entry 3". */
  readonly fault: string;
}

/** The fault by itself, without the further properties of `fault`. */
export function placeOf({ seq, changeId, fault }: ChainFault): ChainFault {
  return { seq, ...(changeId !== undefined && { changeId }), fault };
}

/** What is wrong with `entry` as the one right after `last`, if anything. */
export function linkFault(last: ChainEnd, entry: AuditEntry): ChainFault | undefined {
  const found = ENTRY_CHAIN.linkFault(last, entry);
  if (!found) return undefined;
  const { seq, record, fault } = found;
  return { seq, ...(record && { changeId: record.changeId }), fault };
}

/** What is wrong where `entry` should be one that is known from elsewhere. */
export function identityFault(entry: AuditEntry, known: ChainEnd, where: string): ChainFault | undefined {
  if (entry.seq !== known.seq || entry.hash === known.hash) return undefined;
  const { seq, changeId } = entry;
  return { seq, changeId, fault: `is not the entry that ${where} names: the history was rewritten` };
}

/** The fault of a chain that ends at `last`, though `where` names a later entry. */
export function cutFault(last: ChainEnd, known: ChainEnd, where: string): ChainFault | undefined {
  if (last.seq >= known.seq) return undefined;
  return {
    seq: last.seq + 1,
    fault: `${missing(last.seq + 1, known.seq, 'entry')}, though ${where} names entry ${known.seq}`,
  };
}
