import { cliCommand } from '../errors/commands.js';
import { errorText } from '../errors/error-text.js';
import { boundedSignal } from '../runtime/bounded-signal.js';
import { LookTimeoutError } from '../executor/executor.errors.js';
import type { ChangeVerdict } from '../reporting/drift-report.js';
import { checkDrift } from './drift-check.js';
import type { Engine } from './engine.js';
import type { ReportDraft } from './report-draft.js';

/** How many changes a warning names. */
const NAMED = 10;

/**
 * Asks applied changes whether they are still there, where a start is to do so, and warns of those that are not. No
 * finding, and no failure of it, keeps the application from serving; it takes as long as one answer may, at most.
 *
 * @throws the reason of `signal` when that aborts.
 */
export async function warnOfDrift(
  engine: Engine,
  report: Pick<ReportDraft, 'executionId' | 'warn'>,
  signal: AbortSignal,
): Promise<void> {
  const { settings, runtime } = engine;
  if (settings.driftAt !== 'start') return;
  const late = (waitedMs: number) => new LookTimeoutError(waitedMs);
  const bounded = boundedSignal(signal, settings.timeouts.answerMs, late, runtime);
  try {
    const asking = { executionId: report.executionId, signal: bounded.signal };
    const { drifted } = await checkDrift(engine, asking);
    if (drifted.length > 0) report.warn(describeDrift(drifted));
  } catch (error) {
    report.warn(`applied changes could not be asked whether they are still there: ${errorText(error)}`);
  } finally {
    bounded.clear();
  }
  signal.throwIfAborted();
}

function describeDrift(drifted: readonly ChangeVerdict[]): string {
  const named = drifted.slice(0, NAMED).map(({ changeId, verdict, error }) => {
    const why = error === undefined ? '' : `: ${error}`;
    return `"${changeId}" (${verdict}${why})`;
  });
  const more = drifted.length > NAMED ? ` and ${drifted.length - NAMED} more` : '';
  return (
    `applied, but not there any more as far as their @Verify() can tell: ${named.join(', ')}${more}; ` +
    `see \`${cliCommand('drift')}\``
  );
}
