import type { Attributes, Context, Span, Tracer } from '@opentelemetry/api';
import type {
  ChangeEndedEvent,
  ChangeObserver,
  ExecutionReport,
  FlamingockEvents,
  ObservedChange,
  ObservedEnd,
  RunEvent,
} from '@nestjs-flamingock/core';
import { errorText } from '@nestjs-flamingock/core/adapter';
import {
  changeAttributes,
  errorType,
  headAttributes,
  reportAttributes,
  runAttributes,
} from './attributes.js';
import { SCOPE, type OpenTelemetryApi } from './opentelemetry-api.js';

/** A span that has begun, and the context in which it is the current one. */
interface OpenSpan {
  readonly span: Span;
  readonly context: Context;
}

/** One run of a pipeline. */
interface RunSpan extends OpenSpan {
  /** Nothing is told of a run that had nothing to do. A span that does not end is never exported. */
  isWorthTelling: boolean;
  readonly changes: Map<string, ChangeSpan>;
}

interface ChangeSpan extends OpenSpan {
  /** What its method failed with, as far as it is known. */
  error?: unknown;
}

/** A span for each run that has something to do, and one for each of its changes that is not skipped. */
export class ChangeTracer implements ChangeObserver {
  private readonly tracer: Tracer;
  private readonly runs = new Map<string, RunSpan>();

  constructor(
    private readonly api: OpenTelemetryApi,
    events: FlamingockEvents,
  ) {
    this.tracer = api.trace.getTracer(SCOPE);
    events.observe(this);
    events.on('run.started', (event) => this.beginRun(event));
    events.on('run.waiting', (event) => this.tellWait(event, 'flamingock.lock.wait'));
    events.on('run.awaiting', (event) => this.tellWait(event, 'flamingock.awaiting'));
    events.on('change.completed', (event) => this.endChange(event));
    events.on('change.failed', (event) => this.endChange(event));
    events.on('change.blocked', (event) => this.endChange(event));
    events.on('run.completed', (event) => this.endRun(event));
    events.on('run.failed', (event) => this.endRun(event));
  }

  /** Everything that the change does is below its span. One that is run again, apart from its group, goes on with it. */
  async around(change: ObservedChange, call: () => Promise<ObservedEnd>): Promise<void> {
    const run = this.runs.get(change.executionId);
    if (!run) return this.aroundApart(change, call);
    const open: ChangeSpan = run.changes.get(change.changeId) ?? this.begin(change, run.context);
    run.isWorthTelling = true;
    run.changes.set(change.changeId, open);
    const end = await this.api.context.with(open.context, call);
    open.error = end.error;
  }

  /** An undo or a redo: of these no event tells the beginning and the end. */
  private async aroundApart(change: ObservedChange, call: () => Promise<ObservedEnd>): Promise<void> {
    const { span, context } = this.begin(change, this.api.context.active());
    const end = await this.api.context.with(context, call);
    const result = change.operation === 'UNDO' ? 'undone' : 'executed';
    span.setAttribute('flamingock.result', 'error' in end ? 'failed' : result);
    if ('error' in end) this.fail(span, end.error, errorText(end.error));
    span.end();
  }

  private beginRun(event: RunEvent): void {
    const span = this.start('flamingock.run', runAttributes(event), this.api.context.active());
    this.runs.set(event.executionId, { ...span, isWorthTelling: false, changes: new Map() });
  }

  private tellWait({ executionId }: RunEvent, what: string): void {
    const run = this.runs.get(executionId);
    if (!run) return;
    run.isWorthTelling = true;
    run.span.addEvent(what);
  }

  private endChange(event: ChangeEndedEvent): void {
    const { change, head } = event;
    const run = this.runs.get(event.executionId);
    if (!run) return;
    run.isWorthTelling = true;
    const name = `flamingock.${change.result === 'reconciled' ? 'reconcile' : 'execute'} ${change.changeId}`;
    // A change that is blocked or reconciled was not called.
    const { span, error }: ChangeSpan = run.changes.get(change.changeId) ?? this.start(name, {}, run.context);
    run.changes.delete(change.changeId);
    span.setAttributes(reportAttributes(event, change, head));
    if (change.result === 'failed') this.fail(span, error, change.error ?? change.reason);
    if (change.result === 'blocked')
      span.setStatus({ code: this.api.SpanStatusCode.ERROR, message: change.reason });
    span.end();
  }

  private endRun({
    executionId,
    report,
    error,
  }: RunEvent & { report: ExecutionReport; error?: unknown }): void {
    const run = this.runs.get(executionId);
    this.runs.delete(executionId);
    if (!run) return;
    // Nothing of these was recorded: the run came to its end before they began.
    for (const { span } of run.changes.values()) {
      this.fail(span, error, errorText(error));
      span.end();
    }
    const { status, head, waitedFor, waitedMs } = report;
    if (status !== 'stopped' && !run.isWorthTelling) return;
    run.span.setAttributes({
      'flamingock.status': status,
      ...headAttributes(head),
      ...(waitedFor !== undefined && { 'flamingock.lock.wait': waitedMs / 1000 }),
    });
    if (error !== undefined) this.fail(run.span, error, errorText(error));
    run.span.end();
  }

  private begin(change: ObservedChange, parent: Context): OpenSpan {
    const name = `flamingock.${change.operation.toLowerCase()} ${change.changeId}`;
    return this.start(name, changeAttributes(change), parent);
  }

  private start(name: string, attributes: Attributes, parent: Context): OpenSpan {
    const span = this.tracer.startSpan(name, { attributes }, parent);
    return { span, context: this.api.trace.setSpan(parent, span) };
  }

  /** `text` has no secrets. The stack, which may have some, is left out. */
  private fail(span: Span, error: unknown, text: string): void {
    const type = errorType(error);
    span.setAttribute('error.type', type);
    span.recordException({ name: type, message: text });
    span.setStatus({ code: this.api.SpanStatusCode.ERROR, message: text });
  }
}
