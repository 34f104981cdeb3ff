import { ExitCode } from '../exit-code.js';
import { oneLine } from '../output/safe-text.js';
import type { Invocation } from './command-runner.js';
import { contextOf, type OperatorOptions } from './operator.js';

export interface CircuitCloseOptions extends OperatorOptions {
  readonly target: string;
}

/** What `flamingock circuit close` does. */
export async function work({ flamingock, options, out }: Invocation<CircuitCloseOptions>): Promise<ExitCode> {
  const { target: targetSystem } = options;
  const closed = await flamingock.circuits.close({ targetSystem }, contextOf(options, out));
  out.result({ targetSystem, closed }, () =>
    closed
      ? `${out.palette.green('✔')} Closed the circuit of target system "${oneLine(targetSystem)}": the next start uses it again.`
      : `Target system "${oneLine(targetSystem)}" has not failed: there was nothing to close.`,
  );
  return ExitCode.DONE;
}
