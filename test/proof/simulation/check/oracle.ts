import type { InMemoryDatabase } from '@nestjs-flamingock/testing';
import { isTransactionalKind, type ChangePlan, type Scenario } from '../scenario/scenario.js';
import type { Recorder } from '../world/recorder.js';
import type { SimulatedProcess } from '../world/simulated-process.js';
import type { StatementResult } from '../world/wire.js';
import { Calls, type Call } from './calls.js';
import { SERVICE } from '../../../../libs/core/src/fixtures/runs.js';
import { executionBehind, type RecordedSteps } from '../../../../libs/core/src/audit/step-records.js';
import { timesIn, timesOfStep } from './effects.js';
import { HistoryWatch } from './history-watch.js';
import { LockWatch } from './lock-watch.js';
import { isIn } from './rules.js';
import type { Verdict } from './verdict.js';

/** The two databases, as only the world sees them: what is committed now. */
export interface Databases {
  readonly audit: InMemoryDatabase;
  readonly target: InMemoryDatabase;
}

/** Knows everything that happens in a schedule and says when it must not. */
export class Oracle {
  readonly calls = new Calls();
  readonly history: HistoryWatch;
  private readonly lock: LockWatch;
  /** Set forward, the stores' clock ends leases that their holders may still trust. */
  private isClockHonest = true;
  /** Whoever is at work while a database loses writes cannot know. */
  hasForgotten = false;

  constructor(
    private readonly scenario: Scenario,
    private readonly databases: Databases,
    private readonly verdict: Verdict,
    recorder: Recorder,
  ) {
    this.history = new HistoryWatch(scenario, verdict, recorder, this.calls);
    this.lock = new LockWatch(verdict, recorder, databases.audit.now);
  }

  /** Takes note that the stores' clock was set. */
  clockWasSet(): void {
    this.isClockHonest = false;
  }

  /** Takes note that a database has lost writes. What it still has is what counts from here on. */
  forgotten(database: keyof Databases): void {
    this.hasForgotten = true;
    this.history.isInQuestion = true;
    if (database === 'target') return;
    const tables = this.databases.audit.snapshot();
    this.lock.reset(tables);
    this.history.reset(tables);
  }

  /** How often a change is in its target. */
  timesIn(change: ChangePlan): number {
    const { audit, target } = this.databases;
    return timesIn((change.kind === 'TX_SHARED' ? audit : target).snapshot(), change.id);
  }

  /** Called after every statement that acted. */
  observe(process: SimulatedProcess, statement: string, result: StatementResult<unknown>): void {
    switch (statement) {
      case 'acquire':
      case 'renew':
      case 'release': {
        this.lock.look(this.databases.audit.snapshot(), process);
        return;
      }
      case 'claimHead':
        if (result.ok) this.lock.claimed(process);
        return;
      case 'append':
      case 'commit': {
        this.checkEffects(process);
        return;
      }
    }
  }

  /** Called when a method of a change begins; returns which call of it this is. */
  begins(call: Call): number {
    const change = this.scenario.changes.find(({ id }) => id === call.changeId)!;
    if (!isTransactionalKind(change.kind)) this.checkUnprotected(call);
    else if (call.method === 'rollback') {
      const isUndo = call.process.plan.operation === 'undo';
      this.verdict.expect(isUndo, 'compensation', () => `${call.process.name} rolls back ${call.changeId}`);
    }
    return this.calls.begin(call.changeId, call.method);
  }

  /** Called when the work of a step begins, which must not be recorded as completed; returns which call of it this is. */
  beginsStep(call: Omit<Call, 'method'>, step: string): number {
    const { process, changeId } = call;
    this.checkUnprotected({ ...call, method: 'execution' });
    const record = this.databases.audit.snapshot().records.get(JSON.stringify([SERVICE, 'steps', changeId]));
    const recorded = record && (JSON.parse(record.value) as RecordedSteps);
    const isDone = recorded?.steps.some(({ name, state }) => name === step && state === undefined) ?? false;
    const last = this.history.lastOf(changeId);
    const isOfExecution = last && recorded?.execution === executionBehind(last);
    this.verdict.expect(
      !isDone || !isOfExecution || this.isBeyondKnowing,
      'exactly once',
      () => `${process.name} runs step ${step} of ${changeId} again, which is recorded as completed`,
    );
    return this.calls.begin(`${changeId}.${step}`, 'execution');
  }

  /** How often a step is in its target. */
  timesOfStep(changeId: string, step: string): number {
    return timesOfStep(this.databases.target.snapshot(), changeId, step);
  }

  /** Called when a change that no transaction protects is about to do something. */
  acts(process: SimulatedProcess, changeId: string): void {
    this.checkHeld(process, `${changeId} does something`);
  }

  private get isBeyondKnowing(): boolean {
    return this.hasForgotten || !this.isClockHonest;
  }

  private checkUnprotected({ process, changeId, method, executionId }: Call): void {
    this.checkHeld(process, `${method} of ${changeId} begins`);
    if (this.isBeyondKnowing) return;
    const last = this.history.lastOf(changeId);
    const isMine = last?.executionId === executionId;
    const isUndo = process.plan.operation === 'undo';
    const isCompensation = method === 'rollback' && !isUndo;
    const expected = isCompensation ? 'EXECUTION_FAILED' : 'STARTED';
    this.verdict.expect(
      isMine && last.state === expected,
      isCompensation ? 'compensation' : 'durable before it runs',
      () => `${process.name} calls the ${method} of ${changeId} after ${last?.state} of ${last?.executionId}`,
    );
  }

  private checkHeld(process: SimulatedProcess, what: string): void {
    const isHeld = process.token === this.lock.token || this.isBeyondKnowing;
    this.verdict.expect(
      isHeld,
      'runs with the lock',
      () =>
        `${what} in ${process.name} with token ${process.token}, after token ${this.lock.token} was given out`,
    );
  }

  private checkEffects(process: SimulatedProcess): void {
    const { audit, target } = this.databases;
    const [shared, separate] = [audit.snapshot(), target.snapshot()];
    const added = this.history.look(shared, process, shared.heads.get(SERVICE));
    for (const change of this.scenario.changes) {
      if (change.kind === 'TX_SHARED') this.checkShared(change, timesIn(shared, change.id));
      if (change.kind !== 'TX_SEPARATE') continue;
      const times = timesIn(separate, change.id);
      this.expectOnce(times === 0 || times === 1, change, times);
      if (added.some(({ changeId }) => changeId === change.id)) this.checkSeparate(change, times);
    }
  }

  private checkShared(change: ChangePlan, times: number): void {
    this.expectOnce(times === Number(isIn(this.history.lastOf(change.id))), change, times);
  }

  private checkSeparate(change: ChangePlan, times: number): void {
    const last = this.history.lastOf(change.id);
    const isEnd = last?.state !== 'STARTED' && last?.state !== 'EXECUTION_FAILED';
    if (isEnd && !this.hasForgotten) this.expectOnce(times === Number(isIn(last)), change, times);
  }

  private expectOnce(holds: boolean, change: ChangePlan, times: number): void {
    this.verdict.expect(holds, 'exactly once', () => {
      const last = this.history.lastOf(change.id);
      return `${change.id} (${change.kind}) is in its target ${times} times, and its last state is ${last?.state}`;
    });
  }
}
