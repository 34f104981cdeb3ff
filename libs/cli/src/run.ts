import { CommanderError } from 'commander';
import type { ApplicationSource } from './application/application-source.js';
import { FILES } from './application/files-source.js';
import { CommandRunner } from './commands/command-runner.js';
import { ExitCode } from './exit-code.js';
import type { Terminal } from './output/terminal.js';
import { createProgram } from './program.js';

/**
 * Runs one command, and resolves with its exit code once all of its result is written.
 *
 * @param args what follows `flamingock`.
 */
export function run(args: readonly string[], terminal: Terminal): Promise<ExitCode> {
  return runOn(FILES, args, terminal);
}

/** The same, on the application that this source has. */
export async function runOn(
  source: ApplicationSource,
  args: readonly string[],
  terminal: Terminal,
): Promise<ExitCode> {
  const runner = new CommandRunner(terminal, source);
  // The parser may fail before it has seen them.
  runner.begin({ json: args.includes('--json'), verbose: args.includes('--verbose') });
  const program = createProgram(runner, terminal);
  try {
    await program.parseAsync(args, { from: 'user' });
    return runner.exitCode ?? ExitCode.DONE;
  } catch (error) {
    if (error instanceof CommanderError) return endedByParser(error, runner);
    const { showFailure } = await import('./failure.js');
    return showFailure(error, runner.output, runner.verbose);
  } finally {
    await runner.output.flush();
  }
}

/** The parser has said it to the person already. */
function endedByParser({ exitCode, code, message }: CommanderError, { output }: CommandRunner): ExitCode {
  if (exitCode === 0) return ExitCode.DONE;
  const told =
    code === 'commander.help' ? 'Name a command; --help lists them.' : message.replace(/^error: /, '');
  output.failureDocument({ name: 'UsageError', message: told });
  return ExitCode.USAGE;
}
