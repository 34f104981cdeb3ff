import { refuseInside } from '../lock/change-scope.js';
import type { ExecutionReport } from '../reporting/execution-report.js';
import type { Engine } from '../run/engine.js';
import { PipelineAwaiter } from '../run/pipeline-awaiter.js';

/**
 * Waits until another process has applied what is pending. See {@link PipelineAwaiter.run}.
 *
 * @throws SelfWaitingError inside a change of a run on the same history.
 */
export async function awaitChanges(engine: Engine, signal: AbortSignal): Promise<ExecutionReport> {
  refuseInside(engine.pipeline.service, engine.store);
  return new PipelineAwaiter(engine).run(signal);
}
