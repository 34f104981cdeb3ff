import type { Engine } from '../pipeline/engine.js';
import { PipelineRunner } from '../pipeline/pipeline-runner.js';
import type { ExecutionReport } from '../reporting/execution-report.js';

/** Applies what is pending, unless another instance does. See {@link PipelineRunner.run}. */
export function execute(engine: Engine, signal: AbortSignal): Promise<ExecutionReport> {
  return new PipelineRunner(engine).run(signal);
}
