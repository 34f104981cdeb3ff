import type { AuditEntry } from '../audit/audit-entry.js';
import type { ChainEnd } from '../audit/chain.js';
import { cutFault, identityFault, type ChainFault } from '../audit/chain-walk.js';
import type { HeldHead } from '../evidence/anchor.js';

/** A head that the history has had, or has, and who says so. */
interface KnownHead {
  readonly end: ChainEnd;
  /** In words: `the head of the history`. */
  readonly where: string;
  readonly signed?: HeldHead;
}

/** Heads through which a history must lead. */
export class KnownHeads {
  private readonly bySeq = new Map<number, KnownHead[]>();
  /** The one of the last entry; of several, the one that was added first. */
  private last: KnownHead | undefined;
  /** Signed heads that the history was found to lead through, up to here. */
  readonly held: HeldHead[] = [];

  add(end: ChainEnd, where: string): void {
    this.put({ end, where });
  }

  addSigned(heads: readonly HeldHead[]): void {
    for (const signed of heads) {
      const { seq, hash, createdAt } = signed;
      this.put({ end: { seq, hash }, where: `the head that was signed at ${createdAt}`, signed });
    }
  }

  /** What is wrong where `entry` stands at the place of a known head. */
  faultAt(entry: AuditEntry): ChainFault | undefined {
    const known = this.bySeq.get(entry.seq) ?? [];
    for (const { end, where } of known) {
      const fault = identityFault(entry, end, where);
      if (fault) return fault;
    }
    for (const { signed } of known) if (signed) this.held.push(signed);
    return undefined;
  }

  /** What is wrong with a history that ends at `last`. */
  faultAfter(last: ChainEnd): ChainFault | undefined {
    return this.last && cutFault(last, this.last.end, this.last.where);
  }

  private put(known: KnownHead): void {
    const { seq } = known.end;
    this.bySeq.set(seq, [...(this.bySeq.get(seq) ?? []), known]);
    if (!this.last || seq > this.last.end.seq) this.last = known;
  }
}
