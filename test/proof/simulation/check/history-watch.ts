import type { AuditEntry } from '@nestjs-flamingock/core';
import { entryHash, GENESIS_HASH, type AuditHead } from '@nestjs-flamingock/core/adapter';
import type { InMemoryTables } from '@nestjs-flamingock/testing';
import { SERVICE } from '../../../../libs/core/src/fixtures/runs.js';
import { STAGES, type ChangePlan, type Scenario } from '../scenario/scenario.js';
import type { Recorder } from '../world/recorder.js';
import type { SimulatedProcess } from '../world/simulated-process.js';
import type { Calls } from './calls.js';
import { isIn, successionFault } from './rules.js';
import type { Verdict } from './verdict.js';

/** Follows the history entry by entry. */
export class HistoryWatch {
  private seen: readonly AuditEntry[] = [];
  /** A database has lost writes: an operator may say of any change what is there. */
  isInQuestion = false;
  private readonly last = new Map<string, AuditEntry>();

  constructor(
    private readonly scenario: Scenario,
    private readonly verdict: Verdict,
    private readonly recorder: Recorder,
    private readonly calls: Calls,
  ) {}

  /** The last entry of a change. */
  lastOf(changeId: string): AuditEntry | undefined {
    return this.last.get(changeId);
  }

  /** Goes on from what the database still has of it. */
  reset(tables: InMemoryTables): void {
    this.seen = tables.entries.get(SERVICE) ?? [];
    this.previous = this.seen.at(-1);
    this.last.clear();
    for (const entry of this.seen) this.last.set(entry.changeId, entry);
  }

  /** Looks at the history after something acted on its database; returns what is new. */
  look(
    tables: InMemoryTables,
    process: SimulatedProcess,
    claimed: AuditHead | undefined,
  ): readonly AuditEntry[] {
    const history = tables.entries.get(SERVICE) ?? [];
    if (history.length === 0 && this.seen.length === 0) return [];
    if (history === this.seen) return [];
    const isKept = this.seen.every((entry, index) => history[index] === entry);
    this.verdict.expect(isKept, 'chain', () => 'entries that were there are gone or changed');
    const added = history.slice(this.seen.length);
    this.verdict.expect(
      process.token === claimed?.token && process.owner === claimed.owner,
      'one writer',
      () =>
        `${process.name} wrote with token ${process.token}, after token ${claimed?.token} had claimed the history`,
    );
    for (const entry of added) this.check(entry, process);
    if (new Set(added.map(({ changeId }) => changeId)).size > 1) this.recorder.count('shared commits');
    this.seen = history;
    const end = history.at(-1);
    const head = tables.heads.get(SERVICE);
    const isAtEnd = head?.seq === end?.seq && head?.hash === end?.hash;
    this.verdict.expect(
      isAtEnd,
      'chain',
      () => `the head names entry ${head?.seq}, the last one is ${end?.seq}`,
    );
    return added;
  }

  private check(entry: AuditEntry, process: SimulatedProcess): void {
    const { changeId, state, operation, executionId } = entry;
    const what = `entry ${entry.seq} of ${process.name}, ${changeId} ${operation} ${state}`;
    this.recorder.count(`state ${state}`);
    this.recorder.tell(process.name, () => `RECORDED ${entry.seq}: ${changeId} ${operation} ${state}`);
    this.checkLink(entry, what);
    const change = this.scenario.changes.find(({ id }) => id === changeId)!;
    const fault = successionFault(this.last.get(changeId), entry, change.kind);
    const isReconciled = this.isInQuestion && operation === 'FIX';
    this.verdict.expect(fault === undefined || isReconciled, 'succession', () => `${what}: ${fault}`);
    if (state === 'STARTED' && operation === 'EXECUTE') this.checkOrder(change, what);
    if (state === 'EXECUTED' && operation === 'EXECUTE') {
      this.verdict.expect(this.calls.hasEnded(changeId, executionId), 'executed means ran', () => what);
    }
    this.last.set(changeId, entry);
  }

  private checkLink(entry: AuditEntry, what: string): void {
    const before = entry.seq === 1 ? GENESIS_HASH : this.previous?.hash;
    const isNext = entry.seq === (this.previous?.seq ?? 0) + 1;
    const isLinked = isNext && entry.prevHash === before && entryHash(entry) === entry.hash;
    this.verdict.expect(isLinked, 'chain', () => `${what} does not follow entry ${this.previous?.seq ?? 0}`);
    this.previous = entry;
  }

  private previous: AuditEntry | undefined;

  private checkOrder(change: ChangePlan, what: string): void {
    const { changes, onIssue } = this.scenario;
    const before = changes.slice(0, changes.indexOf(change));
    const must = onIssue === 'fail' ? before : before.filter(({ stage }) => stage === change.stage);
    const open = must.filter(({ id }) => !isIn(this.last.get(id)));
    const missing = open.find(({ stage }) => {
      const first = open.find((one) => one.stage === stage);
      return stage === change.stage || !waits(first && this.last.get(first.id));
    });
    const where = missing && STAGES.indexOf(missing.stage);
    this.verdict.expect(!missing, 'order', () => `${what}: ${missing?.id} in stage ${where} is not applied`);
  }
}

/** A change that failed and is to be tried again keeps its own stage back, while it waits, and no other. */
function waits(last: AuditEntry | undefined): boolean {
  return last?.metadata['tries'] !== undefined && last.state !== 'ROLLED_BACK';
}
