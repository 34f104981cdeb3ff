import { momentOf } from '../audit/store-time.js';
import type { AuditEntry } from '../audit/audit-entry.js';
import type { ChangeDescriptor } from '../change/change-descriptor.js';
import { differencesOf, type EditedChange } from '../plan/change-identity.js';
import type { Engine } from '../run/engine.js';
import { VERSION } from '../version.js';
import { verifiedHistory, type AuditVerification } from './audit-verify.js';
import {
  complianceChange,
  EntryGroups,
  type ComplianceChange,
  type ComplianceException,
  type EntryGroup,
} from './compliance-change.js';
import { controlReferences, type ComplianceControl, type ControlReferences } from './compliance-controls.js';
import { periodOf, type ComplianceRequest, type Period } from './compliance-request.js';
import { NamedDecisions } from './named-decisions.js';
import type { DriftReport } from '../reporting/drift-report.js';
import { drift } from './drift.js';

/** What a report is about. Comes first. */
export interface ComplianceHeader {
  readonly kind: 'header';
  readonly service: string;
  /** Where the history is kept. */
  readonly store: string;
  /** Begin of the period, included: ISO 8601, UTC. Absent: the first entry. */
  readonly from?: string;
  /** End of the period, excluded. Absent: the last entry. */
  readonly to?: string;
  /** On the audit store's clock: ISO 8601, UTC. */
  readonly generatedAt: string;
  readonly version: string;
  readonly control?: ControlReferences & { readonly id: ComplianceControl };
}

/** What a report comes to. Comes last. */
export interface ComplianceSummary {
  readonly kind: 'summary';
  /** How many things were done about changes in the period. */
  readonly changes: number;
  /** How many entries of the history these are. */
  readonly entries: number;
  /** The first and the last of them; absent where there is none. */
  readonly firstSeq?: number;
  readonly lastSeq?: number;
  /** True where they follow each other without a gap, so that nothing is left out. */
  readonly contiguous: boolean;
  /** How many there are of each exception. */
  readonly exceptions: Readonly<Partial<Record<ComplianceException, number>>>;
  /** Changes of the code that are not any more what was applied, at the time of the report. */
  readonly edited: readonly EditedChange[];
  /** What applied changes say of themselves at the time of the report, if they were asked. */
  readonly drift?: DriftReport;
  /** The whole chain, from the first entry to the head, and signed heads. Where it is not ok, what came after its fault may be missing above. */
  readonly verification: AuditVerification;
}

/** A part of a report: header, changes in the order of the history, summary. */
export type ComplianceItem = ComplianceHeader | ComplianceChange | ComplianceSummary;

/**
 * What was done about changes in a period, with the proof that this is all: read in one pass, in bounded memory. Takes no
 * lock and writes nothing.
 *
 * @throws InvalidRequestError, StatementsRefusedError, before anything is read; AuditStoreUnavailableError, also in the
 * middle.
 */
export async function* compliance(
  engine: Engine,
  request: ComplianceRequest = {},
): AsyncGenerator<ComplianceItem, void, undefined> {
  const period = periodOf(request);
  const rows = new Rows(engine, period);
  const walk = verifiedHistory(engine, request.signed && { signed: request.signed });
  // A statement that is refused is told before anything is written.
  let next = await walk.next();
  yield await headerOf(engine, request, period);
  for (; !next.done; next = await walk.next()) {
    const row = rows.take(next.value);
    if (row) yield await row;
  }
  const last = rows.end();
  if (last) yield await last;
  const found = request.drift === true ? { drift: await drift(engine) } : {};
  yield { ...rows.summary(), ...found, verification: next.value };
}

async function headerOf(
  { pipeline: { service }, store }: Engine,
  { control }: ComplianceRequest,
  { from, to }: Period,
): Promise<ComplianceHeader> {
  return {
    kind: 'header',
    service,
    store: await store.describe(),
    ...(Number.isFinite(from) && { from: new Date(from).toISOString() }),
    ...(Number.isFinite(to) && { to: new Date(to).toISOString() }),
    generatedAt: momentOf(await store.now()),
    version: VERSION,
    ...(control && { control: { id: control, ...controlReferences(control) } }),
  };
}

/** Makes rows of the entries of a period, and counts them. */
class Rows {
  private readonly groups = new EntryGroups();
  private readonly decisions: NamedDecisions;
  private readonly inCode: ReadonlyMap<string, ChangeDescriptor>;
  private readonly lastOfEach = new Map<string, AuditEntry>();
  private readonly counts: Partial<Record<ComplianceException, number>> = {};
  private changes = 0;
  private entries = 0;
  private firstSeq: number | undefined;
  private lastSeq = 0;

  constructor(
    engine: Engine,
    private readonly period: Period,
  ) {
    const { stages } = engine.pipeline;
    this.decisions = new NamedDecisions(engine);
    this.inCode = new Map(stages.flatMap(({ changes }) => changes.map((change) => [change.id, change])));
  }

  take(entry: AuditEntry): Promise<ComplianceChange> | undefined {
    if (this.inCode.has(entry.changeId)) this.lastOfEach.set(entry.changeId, entry);
    return this.row(this.groups.take(entry));
  }

  end(): Promise<ComplianceChange> | undefined {
    return this.row(this.groups.end());
  }

  summary(): Omit<ComplianceSummary, 'drift' | 'verification'> {
    const { changes, entries, firstSeq, lastSeq, counts: exceptions } = this;
    const contiguous = firstSeq === undefined || lastSeq - firstSeq + 1 === entries;
    return {
      kind: 'summary',
      changes,
      entries,
      ...(firstSeq !== undefined && { firstSeq, lastSeq }),
      contiguous,
      exceptions,
      edited: this.edited(),
    };
  }

  /** It belongs to the period in which it began, so that no two periods have it. */
  private row(entries: EntryGroup | undefined): Promise<ComplianceChange> | undefined {
    if (!entries) return undefined;
    const begun = Date.parse(entries[0].createdAt);
    return begun >= this.period.from && begun < this.period.to ? this.made(entries) : undefined;
  }

  private async made(entries: EntryGroup): Promise<ComplianceChange> {
    const { changeId } = entries[0];
    const approvals = await this.decisions.of(entries);
    const row = complianceChange(entries, this.inCode.get(changeId), approvals);
    this.count(row, entries.length);
    return row;
  }

  private count({ firstSeq, lastSeq, exceptions }: ComplianceChange, entries: number): void {
    this.changes++;
    this.entries += entries;
    this.firstSeq ??= firstSeq;
    this.lastSeq = lastSeq;
    for (const one of exceptions) this.counts[one] = (this.counts[one] ?? 0) + 1;
  }

  private edited(): EditedChange[] {
    return [...this.lastOfEach].flatMap(([changeId, entry]) => {
      const change = this.inCode.get(changeId);
      const differences = change ? differencesOf(change, entry) : [];
      return differences.length > 0 ? [{ changeId, differences }] : [];
    });
  }
}
