import { ChangeContext } from '../change/change-context.js';
import type { ChangeDescriptor } from '../change/change-descriptor.js';
import { attempt, type Attempt, type TellFailed } from './attempt.js';
import type { RunResources } from './change-caller.js';
import type { StepAccess } from './step-access.js';

/** Does `work`, which is a call of a change's method, within the bounds of the change and of its run. */
export function boundedCall(
  { runtime, signal, lease, changeTimeoutMs, activity, graceMs: grace, journal }: RunResources,
  { id, stage, timeoutMs = changeTimeoutMs }: ChangeDescriptor,
  steps: StepAccess,
  work: (context: ChangeContext, tellFailed: TellFailed) => Promise<void>,
): Promise<Attempt> {
  // Once the lock is lost nothing that the change still does can be recorded: no grace.
  const graceMs = () => (lease.signal.aborted ? 0 : grace);
  const meter = activity.meter(stage, id);
  const { service, executionId } = journal;
  const contextFor = (stop: AbortSignal): ChangeContext => {
    const { token } = lease;
    return new ChangeContext(
      service,
      executionId,
      stage,
      id,
      token,
      stop,
      meter.report,
      steps.within(stop),
      steps.completed,
    );
  };
  return attempt(runtime, { changeId: id, timeoutMs, graceMs, signal }, (stop, tellFailed) =>
    work(contextFor(stop), tellFailed),
  ).finally(() => meter.end());
}
