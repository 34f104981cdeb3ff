import { entryHash, type ChainEnd } from './audit-chain.js';
import { GENESIS_HASH, type AuditEntry } from './audit-entry.js';

/** The first place at which a chain was changed. */
export interface ChainFault {
  readonly seq: number;
  /** Absent where there is no such entry. */
  readonly changeId?: string;
  /** What is wrong, in words that follow "entry 3". */
  readonly fault: string;
}

/** The fault by itself, of whatever knows more of it. */
export function placeOf({ seq, changeId, fault }: ChainFault): ChainFault {
  return { seq, ...(changeId !== undefined && { changeId }), fault };
}

/** The end of an empty chain. */
export const CHAIN_START: ChainEnd = { seq: 0, hash: GENESIS_HASH };

/** What is wrong with `entry` as the one right after `last`, if anything. */
export function linkFault(last: ChainEnd, entry: AuditEntry): ChainFault | undefined {
  const { seq, changeId } = entry;
  if (!isSequenceNumber(seq)) {
    const fault = `has a place that no entry has, ${String(seq)}: it was put in`;
    return { seq: last.seq + 1, changeId, fault };
  }
  if (seq > last.seq + 1) return { seq: last.seq + 1, fault: missing(last.seq + 1, seq - 1) };
  if (seq < last.seq + 1) return { seq, changeId, fault: `is there twice, or after entry ${last.seq}` };
  if (entryHash(entry) !== entry.hash) return { seq, changeId, fault: 'content does not match its hash' };
  if (entry.prevHash === last.hash) return undefined;
  const before = last.seq === 0 ? 'begin the history' : `follow entry ${last.seq}`;
  return { seq, changeId, fault: `does not ${before}: it was written after another one` };
}

/** True for what can be the `seq` of an entry. */
export function isSequenceNumber(seq: unknown): boolean {
  return Number.isSafeInteger(seq) && Number(seq) > 0;
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
    fault: `${missing(last.seq + 1, known.seq)}, though ${where} names entry ${known.seq}`,
  };
}

function missing(from: number, to: number): string {
  return from === to ? 'is missing' : `and all up to entry ${to} are missing`;
}
