import { readMetadata } from '../audit/entry-metadata.js';
import { DecisionLedger } from '../decisions/decision-ledger.js';
import { LedgerTamperedError } from '../decisions/decision.errors.js';
import type { Engine } from '../run/engine.js';
import type { ApprovalOf, EntryGroup } from './compliance-change.js';

/** By `seq:hash`, as entries name them. */
type Approvals = ReadonlyMap<string, ApprovalOf>;

/** The decisions by which executions were approved, as their entries name them. The ledger is read once, where one does. */
export class NamedDecisions {
  private approvals: Promise<Approvals> | undefined;

  constructor(private readonly engine: Engine) {}

  /** Those that are not in the ledger any more are absent: its verification says so. */
  async of(entries: EntryGroup): Promise<ApprovalOf[]> {
    const named = entries.flatMap((entry) => readMetadata(entry).approvals?.split(' ') ?? []);
    if (named.length === 0) return [];
    this.approvals ??= this.read();
    const approvals = await this.approvals;
    return [...new Set(named)].flatMap((name) => approvals.get(name) ?? []);
  }

  private async read(): Promise<Approvals> {
    const { store, pipeline } = this.engine;
    const found = new Map<string, ApprovalOf>();
    try {
      for await (const decision of new DecisionLedger(store, pipeline.service).read()) {
        const { kind, seq, hash, actorName: by, createdAt: at } = decision;
        if (kind === 'approve') found.set(`${seq}:${hash}`, { by, at });
      }
    } catch (error) {
      if (!(error instanceof LedgerTamperedError)) throw error;
    }
    return found;
  }
}
