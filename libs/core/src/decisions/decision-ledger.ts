import { CHAIN_START, missing, type ChainEnd } from '../audit/chain.js';
import type { AuditStore } from '../audit/audit-store.js';
import type { RecordKey, StoredRecord } from '../records/record-store.js';
import { DECISION_CHAIN } from './decision-chain.js';
import type { DecisionRecord, NewDecision } from './decision-record.js';
import { LedgerTamperedError } from './decision.errors.js';

/** The records of decisions, by their `seq`. */
const DECISIONS = 'decision';
/** The record of the end of the ledger. */
const END: Pick<RecordKey, 'kind' | 'key'> = { kind: 'decisions', key: 'end' };
/** Digits of a key: keys are compared as texts. */
const DIGITS = 12;
const REWRITTEN = 'is not the one that the end of the ledger names: it was rewritten';

/** The end of the ledger as it is noted, a moment after the decision that it names. */
interface NotedEnd extends ChainEnd {
  /** Of the record; 0 where there is none. */
  readonly version: number;
}

/**
 * What people, CI and agents have said about changes and issues: append-only, each decision tied to the one before by
 * its hash. It needs no lock: a decision is a record that is created only where none has its number, so of several
 * writers at one end exactly one goes on, and the others look again.
 */
export class DecisionLedger {
  constructor(
    private readonly store: Pick<AuditStore, 'records' | 'now'>,
    private readonly service: string,
  ) {}

  /**
   * Every decision, the oldest first, in bounded memory.
   *
   * @throws LedgerTamperedError at the first that is not as it was written, or is missing.
   */
  async *read(): AsyncGenerator<DecisionRecord, void, undefined> {
    const noted = await this.noted();
    let last: ChainEnd = CHAIN_START;
    for await (const decision of this.follow(CHAIN_START)) {
      if (decision.seq === noted.seq && decision.hash !== noted.hash)
        throw this.tampered(noted.seq, REWRITTEN);
      yield decision;
      last = decision;
    }
    if (last.seq < noted.seq) throw this.tampered(last.seq + 1, missing(last.seq + 1, noted.seq, 'decision'));
  }

  /**
   * Records a decision. Resolves once it is durable.
   *
   * @throws LedgerTamperedError where the end of the ledger is not what was written there.
   */
  async append(decision: NewDecision): Promise<DecisionRecord> {
    for (;;) {
      const record = await this.chained(await this.end(), decision);
      if (!(await this.create(record))) continue;
      await this.noteEnd(record);
      return record;
    }
  }

  /** Number of the decision that was noted last, by one read; 0 where there is none. The ledger is not checked. */
  async lastSeq(): Promise<number> {
    return (await this.noted()).seq;
  }

  /** Where the ledger ends. There may be decisions after the one that was noted last. */
  private async end(): Promise<ChainEnd> {
    const noted = await this.noted();
    let end: ChainEnd = noted;
    if (noted.seq > 0) {
      const decision = await this.at(noted.seq);
      if (!decision) throw this.tampered(noted.seq, missing(noted.seq, noted.seq, 'decision'));
      if (decision.hash !== noted.hash || !DECISION_CHAIN.isIntact(decision))
        throw this.tampered(noted.seq, REWRITTEN);
    }
    for await (const decision of this.follow(end)) end = decision;
    return end;
  }

  /** The decisions after `end`, each one checked to follow the one before. */
  private async *follow(end: ChainEnd): AsyncGenerator<DecisionRecord, void, undefined> {
    let last = end;
    for (;;) {
      const after = keyOf(last.seq);
      const page = await this.store.records.list(this.service, DECISIONS, { after });
      if (page.length === 0) return;
      for (const record of page) {
        const decision = this.decisionOf(record);
        const fault = DECISION_CHAIN.linkFault(last, decision);
        if (fault) throw this.tampered(fault.seq, fault.fault);
        yield decision;
        last = decision;
      }
    }
  }

  private async at(seq: number): Promise<DecisionRecord | undefined> {
    const record = await this.store.records.read(this.keyed(seq));
    return record && this.decisionOf(record);
  }

  private async noted(): Promise<NotedEnd> {
    const record = await this.store.records.read({ service: this.service, ...END });
    if (!record) return { ...CHAIN_START, version: 0 };
    return { ...(JSON.parse(record.value) as ChainEnd), version: record.version };
  }

  private async chained(end: ChainEnd, { actor, ...said }: NewDecision): Promise<DecisionRecord> {
    const record = {
      service: this.service,
      seq: end.seq + 1,
      ...said,
      actorKind: actor.kind,
      actorName: actor.name,
      via: actor.via ?? null,
      createdAt: new Date(await this.store.now()).toISOString(),
      prevHash: end.hash,
    };
    return { ...record, hash: DECISION_CHAIN.hashOf(record) };
  }

  /** Where the answer is lost, what stands there tells. */
  private async create(decision: DecisionRecord): Promise<boolean> {
    const { records } = this.store;
    const key = this.keyed(decision.seq);
    const value = JSON.stringify(decision);
    try {
      return await records.write({ ...key, value }, { ifVersion: 0 });
    } catch (error) {
      const found = await records.read(key);
      if (found?.value === value) return true;
      throw error;
    }
  }

  /** By it a ledger whose last decisions are gone is found. A later writer may have noted a later one. */
  private async noteEnd({ seq, hash }: DecisionRecord): Promise<void> {
    const value = JSON.stringify({ seq, hash } satisfies ChainEnd);
    for (;;) {
      const noted = await this.noted();
      if (noted.seq >= seq) return;
      const record = { service: this.service, ...END, value };
      if (await this.store.records.write(record, { ifVersion: noted.version })) return;
    }
  }

  private keyed(seq: number): RecordKey {
    return { service: this.service, kind: DECISIONS, key: keyOf(seq) };
  }

  /** The hash is over the value alone, so a decision of another service would be right in itself under this one's key. */
  private decisionOf({ key, value }: StoredRecord): DecisionRecord {
    const decision = parsed(value);
    if (!decision) throw this.tampered(Number(key), 'cannot be read');
    const { service } = decision;
    if (service !== this.service)
      throw this.tampered(Number(key), `is of service ${JSON.stringify(service)}: it was copied from there`);
    return decision;
  }

  private tampered(seq: number, fault: string): LedgerTamperedError {
    return new LedgerTamperedError(this.service, seq, fault);
  }
}

function parsed(value: string): DecisionRecord | undefined {
  try {
    const decision: unknown = JSON.parse(value);
    const isObject = typeof decision === 'object' && decision !== null && !Array.isArray(decision);
    return isObject ? (decision as DecisionRecord) : undefined;
  } catch {
    return undefined;
  }
}

function keyOf(seq: number): string {
  return String(seq).padStart(DIGITS, '0');
}
