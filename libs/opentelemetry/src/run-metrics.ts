import type { OnApplicationShutdown, OnModuleDestroy } from '@nestjs/common';
import type {
  BatchObservableCallback,
  BatchObservableResult,
  Counter,
  Histogram,
  Meter,
  Observable,
  ObservableCallback,
  ObservableGauge,
} from '@opentelemetry/api';
import type {
  ChangeEndedEvent,
  DriftReport,
  ExecutionReport,
  FlamingockEvents,
  FlamingockService,
  ObservedChange,
  ObservedEnd,
  StatusReport,
} from '@nestjs-flamingock/core';
import { DURATION_BOUNDS, errorText, SharedAnswer, type Runtime } from '@nestjs-flamingock/core/adapter';
import { flush } from './flush.js';
import { METRICS } from './metric-names.js';
import { SCOPE, type OpenTelemetryApi } from './opentelemetry-api.js';

/** Milliseconds for which the state of the service, once read, is given again: several readers may collect. */
const STATUS_FRESH_MS = 1_000;
/** Milliseconds after which a collection goes on without the state of the service. */
const STATUS_TIMEOUT_MS = 2_000;

/** Measures runs, and observes the state of the service whenever metrics are collected. */
export class RunMetrics implements OnModuleDestroy, OnApplicationShutdown {
  private readonly meter: Meter;
  private readonly changes: Counter;
  private readonly duration: Histogram;
  private readonly lockWait: Histogram;
  private readonly issues: Observable;
  private readonly backlog: Observable;
  private readonly drift: ObservableGauge;
  private readonly circuits: ObservableGauge;
  /** Target systems that are left alone, by service; a service is absent until its circuits are told of. */
  private readonly openCircuits = new Map<string, Set<string>>();
  private readonly observeCircuits: ObservableCallback = (result) => {
    for (const [service, targets] of this.openCircuits) result.observe(targets.size, { service });
  };
  private readonly status: SharedAnswer<StatusReport>;
  /** Absent until changes are asked. */
  private drifted: DriftReport | undefined;
  private readonly observeDrift: ObservableCallback = (result) => {
    if (this.drifted) result.observe(this.drifted.drifted.length, { service: this.drifted.service });
  };
  private readonly observe: BatchObservableCallback = (result) => this.observeStatus(result);

  constructor(
    private readonly api: OpenTelemetryApi,
    events: FlamingockEvents,
    private readonly flamingock: FlamingockService,
    runtime: Runtime,
  ) {
    const meter = api.metrics.getMeter(SCOPE);
    const advice = { explicitBucketBoundaries: [...DURATION_BOUNDS] };
    this.meter = meter;
    this.changes = meter.createCounter(METRICS.changes, {
      description: 'Changes that ended, by result',
      unit: '{change}',
    });
    this.duration = meter.createHistogram(METRICS.duration, {
      description: 'How long changes took that were executed or failed',
      unit: 's',
      advice,
    });
    this.lockWait = meter.createHistogram(METRICS.lockWait, {
      description: 'How long runs waited for another instance; of those that did',
      unit: 's',
      advice,
    });
    this.issues = meter.createObservableGauge(METRICS.issues, {
      description: 'Changes that need a manual check',
      unit: '{change}',
    });
    this.backlog = meter.createObservableGauge(METRICS.backlog, {
      description: 'Changes that the next run applies',
      unit: '{change}',
    });
    this.drift = meter.createObservableGauge(METRICS.drift, {
      description: 'Applied changes that were not there any more when they were asked last',
      unit: '{change}',
    });
    this.circuits = meter.createObservableGauge(METRICS.circuits, {
      description: 'Target systems that are left alone because they have failed too often',
      unit: '{target}',
    });
    this.status = new SharedAnswer(() => flamingock.status(), STATUS_FRESH_MS, runtime);
    meter.addBatchObservableCallback(this.observe, [this.issues, this.backlog]);
    this.drift.addCallback(this.observeDrift);
    this.circuits.addCallback(this.observeCircuits);
    this.listen(events);
  }

  /** What collects metrics may outlive the application. */
  onModuleDestroy(): void {
    this.drift.removeCallback(this.observeDrift);
    this.circuits.removeCallback(this.observeCircuits);
    this.meter.removeBatchObservableCallback(this.observe, [this.issues, this.backlog]);
  }

  /** The run of a process that ends with it has happened by now. */
  onApplicationShutdown(): Promise<void> {
    return flush(this.api);
  }

  private listen(events: FlamingockEvents): void {
    events.on('change.completed', (event) => this.count(event));
    events.on('change.failed', (event) => this.count(event));
    events.on('change.blocked', (event) => this.count(event));
    events.on('drift.checked', (report) => (this.drifted = report));
    events.on('circuit.opened', ({ service, targetSystem }) => this.circuitsOf(service).add(targetSystem));
    events.on('circuit.closed', ({ service, targetSystem }) => this.circuitsOf(service).delete(targetSystem));
    events.on('run.completed', ({ report }) => this.measureWait(report));
    events.on('run.failed', ({ report }) => this.measureWait(report));
    events.observe({ around: (change, call) => this.countUndo(change, call) });
  }

  private circuitsOf(service: string): Set<string> {
    const open = this.openCircuits.get(service) ?? new Set();
    this.openCircuits.set(service, open);
    return open;
  }

  private count({ service, change: { result, durationMs } }: ChangeEndedEvent): void {
    this.changes.add(1, { service, result });
    if (result === 'executed' || result === 'failed')
      this.duration.record(durationMs / 1000, { service, result });
  }

  private async countUndo(
    { operation, service }: ObservedChange,
    call: () => Promise<ObservedEnd>,
  ): Promise<void> {
    if (operation !== 'UNDO') return;
    const end = await call();
    this.changes.add(1, { service, result: 'error' in end ? 'undo-failed' : 'undone' });
  }

  private measureWait({ service, waitedFor, waitedMs }: ExecutionReport): void {
    if (waitedFor !== undefined) this.lockWait.record(waitedMs / 1000, { service });
  }

  /** Where the state cannot be read, the reason is in OpenTelemetry's own log. */
  private async observeStatus(result: BatchObservableResult): Promise<void> {
    if (!this.flamingock.options.enabled) return;
    try {
      const status = await this.status.within(STATUS_TIMEOUT_MS);
      if (status) this.tell(status, result);
      else this.tellGap(`the audit store has not answered within ${STATUS_TIMEOUT_MS} ms`);
    } catch (error) {
      this.tellGap(errorText(error));
    }
  }

  private tell({ service, issues, changes }: StatusReport, result: BatchObservableResult): void {
    result.observe(this.issues, issues.length, { service });
    result.observe(this.backlog, changes.pending, { service });
  }

  private tellGap(reason: string): void {
    this.api.diag.warn(`${METRICS.issues} and ${METRICS.backlog} cannot be observed: ${reason}`);
  }
}
