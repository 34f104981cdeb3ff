import { entryHash } from './audit-chain.js';
import type { AuditEntry, AuditRecord } from './audit-entry.js';
import { CHAIN_START, type ChainEnd } from './chain.js';
import { linkFault, type ChainFault } from './chain-walk.js';
import { readMetadata, writeMetadata } from './entry-metadata.js';

/** A place of the chain that was changed, though nothing is missing there. */
export interface BrokenEntry extends ChainFault {
  readonly changeId: string;
  /** What stands there, and after what: an acceptance holds for exactly this. */
  readonly evidence: string;
}

/** Broken places that are kept in mind at the same time; a history with more was not garbled by accident. */
const MOST_BROKEN = 1_000;

/** Metadata of an entry by which an operator accepts a broken place before it. */
export function acceptanceOf({ seq, evidence }: BrokenEntry): AuditRecord['metadata'] {
  return writeMetadata({ accepts: String(seq), evidence });
}

/** Walks a chain entry by entry. A broken place that a later, unbroken entry accepts is no fault. */
export class AcceptingWalk {
  /** Where the walk is. */
  last: ChainEnd = CHAIN_START;
  /** Broken entries that no finding has accepted up to here. */
  readonly broken: BrokenEntry[] = [];
  /** Broken entries that a finding of an operator has accepted. */
  readonly accepted: BrokenEntry[] = [];

  /** Goes on to the next entry. Returns a fault that no finding can accept: the walk ends there. */
  step(entry: AuditEntry): ChainFault | undefined {
    const fault = linkFault(this.last, entry);
    if (fault) {
      const isInPlace = entry.seq === this.last.seq + 1;
      if (!isInPlace || this.broken.length === MOST_BROKEN) return fault;
      const evidence = `${this.last.hash}:${entryHash(entry)}`;
      this.broken.push({ ...fault, changeId: entry.changeId, evidence });
    } else this.accept(entry);
    this.last = entry;
    return undefined;
  }

  private accept(entry: AuditEntry): void {
    const { accepts, evidence } = readMetadata(entry);
    if (entry.operation !== 'FIX') return;
    const index = this.broken.findIndex((one) => String(one.seq) === accepts && one.evidence === evidence);
    if (index >= 0) this.accepted.push(...this.broken.splice(index, 1));
  }
}
