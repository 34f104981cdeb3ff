import { refuseInside } from '../lock/change-scope.js';
import type { Engine } from '../run/engine.js';
import { PipelineRunner } from '../run/pipeline-runner.js';
import type { ExecutionReport } from '../reporting/execution-report.js';

/**
 * Applies what is pending, unless another instance does. See {@link PipelineRunner.run}.
 *
 * @throws SelfWaitingError inside a change of a run on the same history.
 */
export async function execute(engine: Engine, signal: AbortSignal): Promise<ExecutionReport> {
  refuseInside(engine.pipeline.service, engine.store);
  return new PipelineRunner(engine).run(signal);
}
