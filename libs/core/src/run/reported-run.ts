import { issuesOf, type ExecutionReport } from '../reporting/execution-report.js';
import { boundedSignal } from '../runtime/bounded-signal.js';
import type { Engine } from './engine.js';
import type { ReportDraft } from './report-draft.js';
import { warnOfDrift } from './start-drift.js';
import { ChangeFailedError, ManualInterventionError, NotYetError, RunTimeoutError } from './run.errors.js';

/**
 * Does `work` as one run: within `timeouts.runMs`, with the events of its begin and its end, and a report.
 *
 * @throws ChangeFailedError, ManualInterventionError, NotYetError, as the report says; what `work` throws.
 */
export async function reportedRun(
  engine: Engine,
  report: ReportDraft,
  signal: AbortSignal,
  work: (signal: AbortSignal) => Promise<void>,
): Promise<ExecutionReport> {
  const { events, settings, runtime, pipeline } = engine;
  const about = { service: pipeline.service, executionId: report.executionId };
  const late = (runMs: number) => new RunTimeoutError(pipeline.service, runMs);
  const bounded = boundedSignal(signal, settings.timeouts.runMs, late, runtime);
  events.publish('run.started', about);
  try {
    await work(bounded.signal);
    throwIssues(report.finish(), report);
    await warnOfDrift(engine, report, bounded.signal);
    const ended = report.finish();
    events.publish('run.completed', { ...about, report: ended });
    return ended;
  } catch (error) {
    events.publish('run.failed', { ...about, error, report: report.finish('stopped') });
    throw error;
  } finally {
    bounded.clear();
  }
}

function throwIssues(report: ExecutionReport, { failure }: Pick<ReportDraft, 'failure'>): void {
  if (report.status !== 'stopped') return;
  if (failure) throw new ChangeFailedError(failure.changeId, report, failure.error);
  throw issuesOf(report).length > 0 ? new ManualInterventionError(report) : new NotYetError(report);
}
