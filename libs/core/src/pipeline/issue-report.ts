import { errorText } from '../audit/error-text.js';
import type { TxStrategy } from '../audit/tx-strategy.js';
import type { ChangeOutcome } from '../executor/change-executor.js';
import { guidanceFor } from '../recovery/guidance.js';
import { decide } from '../recovery/recovery-decision.js';
import { reportChange, type ChangeReport } from '../reporting/execution-report.js';
import type { PlannedChange } from './execution-plan.js';

/** Reports a change whose recorded state needs a person. */
export function blockedReport({ change, entry, reason }: PlannedChange): ChangeReport {
  const state = entry?.state ?? 'STARTED';
  return reportChange(change, {
    result: 'blocked',
    reason,
    state,
    ...(entry && { recorded: `${entry.createdAt} by ${entry.hostname}` }),
    ...(entry?.error != null && { error: entry.error }),
    nextSteps: guidanceFor(issueOf(change, state, false)),
  });
}

/** Reports a change that failed just now; what comes next is what the next run will decide. */
export function failedReport(
  { change }: PlannedChange,
  { state, error, rollbackError, durationMs }: ChangeOutcome & { status: 'failed' },
  txStrategy: TxStrategy,
): ChangeReport {
  const next = decide(
    { state, operation: 'EXECUTE', txStrategy, recoveryStrategy: change.recovery },
    change.recovery,
  );
  return reportChange(change, {
    result: 'failed',
    reason: `next start: ${next.reason}`,
    durationMs,
    state,
    error: errorText(error),
    ...(rollbackError !== undefined && { rollbackError: errorText(rollbackError) }),
    nextSteps: guidanceFor(issueOf(change, state, next.action !== 'MANUAL_INTERVENTION')),
  });
}

/** Reports a change in the middle of which the run came to its end, with nothing recorded of how. */
export function interruptedReport(change: PlannedChange['change'], error: unknown): ChangeReport {
  return reportChange(change, {
    result: 'failed',
    reason: 'the run ended in the middle of it; the next start decides from what is recorded',
    error: errorText(error),
  });
}

function issueOf(
  change: PlannedChange['change'],
  state: NonNullable<ChangeReport['state']>,
  runsAgain: boolean,
) {
  return {
    changeId: change.id,
    className: change.className,
    targetSystem: change.target.id,
    state,
    runsAgain,
  };
}
