import { percentOf, type ChangeProgress } from '../change/change-progress.js';
import { issueCommand } from '../errors/commands.js';
import { errorText } from '../errors/error-text.js';
import type { LockRecord } from '../lock/lock-store.js';
import type { Runtime } from '../runtime/runtime.js';
import type { FlamingockEvents } from './event-publisher.js';
import { issuesOf, type ExecutionReport } from './execution-report.js';
import type { AwaitingEvent, ChangeStartedEvent, FlamingockEventMap, RunEvent } from './flamingock.events.js';
import type { HolderActivity } from './holder-activity.js';

/**
 * Where the start of an application stands.
 *
 * - `starting`: changes have not been looked at yet, or are done, and the application does not serve yet.
 * - `waiting`: another instance applies them, or is to.
 * - `applying`: this one does.
 * - `blocked`: a change needs a manual check.
 * - `failed`: the run ended with another error.
 * - `ready`: the application serves.
 * - `closing`: the application is being closed.
 */
export type StartPhase = 'starting' | 'waiting' | 'applying' | 'blocked' | 'failed' | 'ready' | 'closing';

/** All phases, in the order in which a start goes through them at best. */
export const START_PHASES: readonly StartPhase[] = [
  'starting',
  'waiting',
  'applying',
  'blocked',
  'failed',
  'ready',
  'closing',
];

/** A change that is being applied, with how far it has come. */
export interface ChangeUnderway {
  readonly id: string;
  readonly stage: string;
  readonly position: number;
  readonly of: number;
  readonly runningMs: number;
  readonly progress?: ChangeProgress & { readonly percent?: number };
}

/** A change that stands in the way, why, and how an operator sees what to do. */
export interface StandingIssue {
  readonly changeId: string;
  readonly stage: string;
  readonly state?: string;
  readonly reason: string;
  readonly next: string;
}

/** Where a start stands at one moment, as JSON has it. */
export interface StartReport {
  readonly state: StartPhase;
  /** Why it is in that state, in a sentence. */
  readonly reason: string;
  readonly service?: string;
  readonly executionId?: string;
  /** Milliseconds for which it has been in that state. */
  readonly forMs: number;
  /** How many changes are left to apply, as far as that is known. */
  readonly pending?: number;
  readonly change?: ChangeUnderway;
  /** Who holds the lock, and what it is at work on, where it tells. */
  readonly holder?: Pick<LockRecord, 'host' | 'pid' | 'token'> & { readonly change?: ChangeUnderway };
  readonly issues?: readonly StandingIssue[];
}

type Details = Omit<StartReport, 'state' | 'reason' | 'forMs' | 'change'>;

/** Follows the events of a start, and says at any time where it stands. */
export class StartState {
  private phase: StartPhase = 'starting';
  private reason = 'the application is being made';
  private details: Details = {};
  private since: number;
  private underway: (ChangeStartedEvent & { readonly since: number }) | undefined;
  private progress: ChangeProgress | undefined;
  private isServing = false;

  constructor(
    events: Pick<FlamingockEvents, 'on'>,
    private readonly runtime: Pick<Runtime, 'monotonicMs'>,
  ) {
    this.since = runtime.monotonicMs();
    events.on('run.started', (event) => this.enter('starting', 'the changes are looked at', named(event)));
    events.on('run.waiting', (event) => this.waiting(event));
    events.on('run.awaiting', (event) => this.awaiting(event));
    events.on('holder.progress', ({ holder, activity }) => {
      this.details = { ...this.details, holder: { ...nameOf(holder), change: changeOf(activity) } };
    });
    events.on('change.started', (event) => this.started(event));
    events.on('change.progress', (event) => this.progressed(event));
    events.on('change.completed', ({ change }) => this.ended(change.changeId));
    events.on('change.waiting', (event) => this.tooEarly(event));
    events.on('run.completed', ({ report }) => this.completed(report));
    events.on('run.failed', ({ report, error, ...event }) => this.failed(error, report, named(event)));
  }

  /** Where it stands now. */
  get report(): StartReport {
    const forMs = Math.round(this.runtime.monotonicMs() - this.since);
    const change = this.change();
    const { phase: state, reason } = this;
    return { state, reason, forMs, ...this.details, ...(change && { change }) };
  }

  /** The application serves from now on; what it has left to do by hand does not count. */
  serves(): void {
    this.isServing = true;
    if (this.phase === 'starting') this.enter('ready', 'the application serves', this.details);
  }

  /** The application is being closed; nothing that still happens changes that. */
  closes(): void {
    this.enter('closing', 'the application is being closed', this.details);
  }

  /** What keeps the application from starting, where no run has told it. */
  startFailed(error: unknown): void {
    if (this.phase !== 'failed' && this.phase !== 'blocked')
      this.enter('failed', errorText(error), this.details);
  }

  private waiting({ holder, ...event }: FlamingockEventMap['run.waiting']): void {
    const reason = 'another instance holds the lock and applies the changes';
    this.enter('waiting', reason, { ...named(event), ...(holder && { holder: nameOf(holder) }) });
  }

  private awaiting({ reason, pending, holder, issues, ...event }: AwaitingEvent): void {
    const details = {
      ...named(event),
      pending: pending.length,
      ...(holder && { holder: nameOf(holder) }),
      ...standing(issues),
    };
    this.enter(issues.length > 0 ? 'blocked' : 'waiting', reason, details);
  }

  private started(event: ChangeStartedEvent): void {
    const { position, of } = event;
    const isFirst = this.phase !== 'applying';
    if (isFirst) this.enter('applying', 'this instance applies the changes', named(event));
    this.underway = { ...event, since: this.runtime.monotonicMs() };
    this.progress = undefined;
    if (isFirst) this.details = { ...this.details, pending: of - position + 1 };
  }

  private tooEarly({ change: { changeId, reason }, ...event }: FlamingockEventMap['change.waiting']): void {
    this.enter('waiting', `"${changeId}" is not executed yet, ${reason}`, {
      ...this.details,
      ...named(event),
    });
  }

  private progressed({ changeId, done, total, note }: FlamingockEventMap['change.progress']): void {
    if (this.underway?.changeId !== changeId) return;
    const optional = { ...(total !== undefined && { total }), ...(note !== undefined && { note }) };
    this.progress = { done, ...optional };
  }

  private ended(changeId: string): void {
    const { pending } = this.details;
    if (pending !== undefined) this.details = { ...this.details, pending: Math.max(0, pending - 1) };
    if (this.underway?.changeId === changeId) this.underway = undefined;
  }

  private completed(report: ExecutionReport): void {
    const details = { ...named(report), pending: pendingIn(report), ...issuesIn(report) };
    if (this.isServing) this.enter('ready', 'the application serves', details);
    else this.enter('starting', 'the changes are done; the application does not serve yet', details);
  }

  private failed(error: unknown, report: ExecutionReport, about: RunEvent): void {
    const isBlocked = report.changes.some(({ result }) => result === 'blocked');
    const details = { ...about, pending: pendingIn(report), ...issuesIn(report) };
    if (isBlocked) this.enter('blocked', 'a change needs a manual check', details);
    else this.enter('failed', errorText(error), details);
  }

  private enter(phase: StartPhase, reason: string, details: Details): void {
    if (this.phase === 'closing') return;
    if (phase !== this.phase) this.since = this.runtime.monotonicMs();
    this.phase = phase;
    this.reason = reason;
    this.details = details;
    this.underway = undefined;
  }

  private change(): ChangeUnderway | undefined {
    if (!this.underway) return undefined;
    const { changeId, stage, position, of, since } = this.underway;
    const runningMs = Math.round(this.runtime.monotonicMs() - since);
    const { progress } = this;
    return changeOf({ changeId, stage, position, of, runningMs, ...(progress && { progress }) });
  }
}

function named({ service, executionId }: RunEvent): RunEvent {
  return { service, executionId };
}

function nameOf({ host, pid, token }: LockRecord): Pick<LockRecord, 'host' | 'pid' | 'token'> {
  return { host, pid, token };
}

function changeOf(activity: Omit<HolderActivity, 'startedAt'>): ChangeUnderway {
  const { changeId: id, stage, position, of, runningMs, progress } = activity;
  const percent = progress && percentOf(progress);
  const far = progress && { ...progress, ...(percent !== undefined && { percent }) };
  return { id, stage, position, of, runningMs, ...(far && { progress: far }) };
}

function pendingIn({ changes }: ExecutionReport): number {
  return changes.filter(({ result }) => ['not-reached', 'failed', 'blocked', 'waiting'].includes(result))
    .length;
}

function issuesIn(report: ExecutionReport): Pick<StartReport, 'issues'> {
  return standing(issuesOf(report));
}

function standing(issues: readonly Omit<StandingIssue, 'next'>[]): Pick<StartReport, 'issues'> {
  if (issues.length === 0) return {};
  return {
    issues: issues.map(({ changeId, stage, state, reason }) => {
      const next = issueCommand(changeId);
      return { changeId, stage, ...(state && { state }), reason, next };
    }),
  };
}
