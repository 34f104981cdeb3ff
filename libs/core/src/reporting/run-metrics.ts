import type { FlamingockEvents } from './event-publisher.js';
import type { ChangeReport, ChangeResult, ExecutionReport } from './execution-report.js';

/** Upper bounds of the buckets of a duration, in seconds: from a statement to an hour of backfill. */
export const DURATION_BOUNDS: readonly number[] = [0.005, 0.02, 0.1, 0.5, 2, 10, 30, 60, 300, 900, 3_600];

/** Durations as they are counted: cumulative per bound, as Prometheus has them. */
export class Histogram {
  private readonly counts = DURATION_BOUNDS.map(() => 0);
  private observed = 0;
  private total = 0;

  observe(seconds: number): void {
    DURATION_BOUNDS.forEach((bound, at) => {
      if (seconds <= bound) this.counts[at] = (this.counts[at] ?? 0) + 1;
    });
    this.observed += 1;
    this.total += seconds;
  }

  /** How many were observed up to each bound. */
  get buckets(): readonly number[] {
    return this.counts;
  }

  get count(): number {
    return this.observed;
  }

  /** Of all that were observed, in seconds. */
  get sum(): number {
    return this.total;
  }
}

/** Counts what the runs of one process come to. */
export class RunMetrics {
  /** Changes that a run of this process has ended, by what became of them. */
  readonly changes = new Map<ChangeResult, number>();
  /** How long changes took that were executed or failed. */
  readonly changeSeconds = new Map<ChangeResult, Histogram>();
  readonly lockWaitSeconds = new Histogram();
  private readonly open = new Set<string>();

  constructor(events: Pick<FlamingockEvents, 'on'>) {
    events.on('run.started', () => this.open.clear());
    events.on('change.completed', ({ change }) => this.ended(change));
    events.on('change.failed', ({ change }) => this.ended(change));
    events.on('change.blocked', ({ change }) => this.ended(change));
    events.on('run.awaiting', ({ issues }) => {
      this.open.clear();
      for (const { changeId } of issues) this.open.add(changeId);
    });
    events.on('issue.opened', ({ change }) => this.open.add(change.changeId));
    events.on('issue.resolved', ({ changeId }) => this.open.delete(changeId));
    events.on('run.completed', ({ report }) => this.over(report));
    events.on('run.failed', ({ report }) => this.over(report));
  }

  /** How many changes need a manual check, as far as this process has met them. */
  get issues(): number {
    return this.open.size;
  }

  private ended({ result, durationMs }: ChangeReport): void {
    this.changes.set(result, (this.changes.get(result) ?? 0) + 1);
    if (result !== 'executed' && result !== 'failed') return;
    const seconds = this.changeSeconds.get(result) ?? new Histogram();
    this.changeSeconds.set(result, seconds);
    seconds.observe(durationMs / 1_000);
  }

  private over({ waitedFor, waitedMs, changes }: ExecutionReport): void {
    // A process that only waits meets issues without opening them.
    for (const { changeId, result } of changes) if (result === 'blocked') this.open.add(changeId);
    if (waitedFor !== undefined) this.lockWaitSeconds.observe(waitedMs / 1_000);
  }
}
