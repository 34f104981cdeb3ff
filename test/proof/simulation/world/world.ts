import { RunAbortedError } from '@nestjs-flamingock/core';
import { InMemoryDatabase } from '@nestjs-flamingock/testing';
import type { ChangeDescriptor } from '../../../../libs/core/src/change/change-descriptor.js';
import { anEngine } from '../../../../libs/core/src/fixtures/engines.js';
import { LEASE_MS, SERVICE } from '../../../../libs/core/src/fixtures/runs.js';
import type { Engine } from '../../../../libs/core/src/run/engine.js';
import { resolveLimits } from '../../../../libs/core/src/runtime/limits.js';
import { Oracle, type Databases } from '../check/oracle.js';
import { Verdict } from '../check/verdict.js';
import { STAGES, type ProcessPlan, type Scenario } from '../scenario/scenario.js';
import { describeChange } from './change-descriptors.js';
import { EventQueue } from './event-queue.js';
import { operate } from './operations.js';
import { WatchedAuditStore, type Protocol } from './protocol.js';
import { Recorder } from './recorder.js';
import { SimulatedConnection } from './simulated-connection.js';
import { SimulatedProcess } from './simulated-process.js';
import { SimulatedRuntime } from './simulated-runtime.js';
import { Wire, type StatementObserver } from './wire.js';
import { WriteLog } from './write-log.js';

/** How often a target that is to lose writes looks whether nobody is at work, in milliseconds. */
const LOOKS_AGAIN_MS = 500;
const MOST_LOOKS = 500;

const EPOCH_MS = Date.UTC(2024, 0, 1);

/** Databases, processes and their time. */
export class World {
  readonly queue = new EventQueue();
  readonly recorder: Recorder;
  readonly verdict: Verdict;
  readonly databases: Databases;
  readonly oracle: Oracle;
  private clockMs = EPOCH_MS;
  private readonly processes: SimulatedProcess[] = [];
  /** Of the databases that are going to lose writes. */
  private readonly logs = new Map<keyof Databases, WriteLog>();

  constructor(
    readonly scenario: Scenario,
    private readonly protocol: Protocol,
    isTelling: boolean,
  ) {
    const now = () => this.queue.now;
    const storeNow = () => this.clockMs + this.queue.now;
    this.recorder = new Recorder(now, isTelling);
    this.verdict = new Verdict(now, this.recorder);
    this.databases = {
      audit: new InMemoryDatabase({ now: storeNow }),
      target: new InMemoryDatabase({ now: storeNow }),
    };
    for (const fault of scenario.faults) {
      if (fault.kind === 'forget')
        this.logs.set(fault.database, new WriteLog(this.databases[fault.database]));
    }
    this.oracle = new Oracle(scenario, this.databases, this.verdict, this.recorder);
  }

  /** Lets a process start when its plan says; its operation may be replaced. */
  start(plan: ProcessPlan, work = operate): SimulatedProcess {
    const process = new SimulatedProcess(plan, this.scenario.seed, this.queue, this.recorder);
    this.processes.push(process);
    process.after(plan.startsAt - this.queue.now, () => {
      this.recorder.count('processes');
      this.recorder.tell(process.name, () => 'starts');
      work(process, this.engineOf(process), this).then(
        (result) => this.ended(process, { result }),
        (error: unknown) => this.ended(process, { error }),
      );
    });
    return process;
  }

  /** Has the faults of the scenario that hit at a moment hit then. */
  scheduleFaults(processes: readonly SimulatedProcess[]): void {
    for (const fault of this.scenario.faults) {
      if (fault.kind === 'clock') this.at(fault.at, () => this.setClock(fault.ms));
      if (fault.kind === 'forget') this.at(fault.at, () => this.forget(fault.database, fault.writes));
      if (fault.kind !== 'stop') continue;
      const process = processes.find(({ plan }) => plan.id === fault.process);
      if (process) this.at(fault.at, () => this.stop(process));
    }
  }

  private at(moment: number, act: () => void): void {
    this.queue.after(moment - this.queue.now, undefined, 0, act);
  }

  private setClock(ms: number): void {
    this.clockMs += ms;
    this.oracle.clockWasSet();
    this.recorder.count('clock steps');
    this.recorder.tell('stores', () => `THEIR CLOCK IS SET by ${ms} ms`);
  }

  private forget(database: keyof Databases, writes: number, looks = 0): void {
    // A run that goes on through it claims the target anew, and hides what was lost before it.
    if (database === 'target' && this.processes.some((process) => !process.isOver)) {
      if (looks < MOST_LOOKS)
        this.at(this.queue.now + LOOKS_AGAIN_MS, () => this.forget(database, writes, looks + 1));
      return;
    }
    this.logs.get(database)?.lose(writes);
    this.oracle.forgotten(database);
    this.recorder.count('losses');
    this.recorder.tell(database, () => `LOSES ITS LAST ${writes} WRITES`);
  }

  private stop(process: SimulatedProcess): void {
    if (process.isOver) return;
    this.recorder.count('stops');
    this.recorder.tell(process.name, () => 'IS TOLD TO STOP');
    process.after(0, () => process.stopping.abort(new RunAbortedError(SERVICE, 'SIGTERM')));
  }

  private engineOf(process: SimulatedProcess): Engine {
    const { scenario, oracle, databases, protocol } = this;
    const monotonicMs = () => protocol.monotonicMs(process, this.queue.now);
    const runtime = new SimulatedRuntime(process, monotonicMs);
    const observe: StatementObserver = (sender, statement, result) => {
      for (const log of this.logs.values()) log.observe();
      oracle.observe(sender, statement, result);
    };
    const wire = new Wire(process, this.queue, this.recorder, observe, scenario.faults);
    const audit = new SimulatedConnection(databases.audit, wire);
    const files = new SimulatedConnection(databases.target, wire);
    const around = {
      process,
      runtime,
      oracle,
      shared: protocol.target('inventory-db', audit),
      separate: protocol.target('catalog-db', files),
      files,
    };
    const known = scenario.changes.slice(0, process.plan.knows);
    const changes: ChangeDescriptor[] = known.map((plan, index) => describeChange(plan, index, around));
    return anEngine({
      store: new WatchedAuditStore(protocol.audit(audit), process),
      runtime,
      changes,
      stages: STAGES,
      settings: {
        commit: scenario.commit,
        onIssue: scenario.onIssue,
        lock: { leaseMs: LEASE_MS, waitMs: 6 * LEASE_MS, retryMs: LEASE_MS / 3 },
        timeouts: {
          runMs: undefined,
          changeMs: process.isHealthy ? undefined : scenario.changeMs,
          graceMs: 1_000,
          ...resolveLimits(),
        },
      },
    });
  }

  private ended(process: SimulatedProcess, end: NonNullable<SimulatedProcess['end']>): void {
    process.end = end;
    const how = 'error' in end ? (end.error as Error).name : 'done';
    this.recorder.count(`end ${how}`);
    this.recorder.tell(process.name, () => `ends: ${how}`);
  }
}
