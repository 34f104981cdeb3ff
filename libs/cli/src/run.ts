import { inspect } from 'node:util';
import { CommanderError } from 'commander';
import { FlamingockError, InvalidRequestError, UnknownChangeError } from '@nestjs-flamingock/core';
import { maskSecrets } from '@nestjs-flamingock/core/adapter';
import { UsageError } from './cli.errors.js';
import { CommandRunner } from './commands/command-runner.js';
import { ExitCode } from './exit-code.js';
import { describeError } from './output/describe-error.js';
import type { Terminal } from './output/terminal.js';
import { createProgram } from './program.js';

/**
 * Runs one command, and resolves with its exit code once all of its result is written.
 *
 * @param args what follows `flamingock`.
 */
export async function run(args: readonly string[], terminal: Terminal): Promise<ExitCode> {
  const runner = new CommandRunner(terminal);
  // The parser may fail before it has seen them.
  runner.begin({ json: args.includes('--json'), verbose: args.includes('--verbose') });
  const program = createProgram(runner, terminal);
  try {
    await program.parseAsync(args, { from: 'user' });
    return runner.exitCode ?? ExitCode.DONE;
  } catch (error) {
    return failed(error, runner);
  } finally {
    await runner.output.flush();
  }
}

function failed(error: unknown, runner: CommandRunner): ExitCode {
  if (error instanceof CommanderError) return endedByParser(error, runner);
  const { output, verbose } = runner;
  const name = error instanceof Error ? error.name : 'Error';
  const message = error instanceof FlamingockError ? error.message : describeError(error);
  const code = error instanceof FlamingockError ? { code: error.code } : {};
  output.failure({ name, ...code, message });
  if (verbose) output.note(maskSecrets(inspect(error)));
  return isUsage(error) ? ExitCode.USAGE : ExitCode.FAILED;
}

/** The parser has said it to the person already. */
function endedByParser({ exitCode, code, message }: CommanderError, { output }: CommandRunner): ExitCode {
  if (exitCode === 0) return ExitCode.DONE;
  const told =
    code === 'commander.help' ? 'Name a command; --help lists them.' : message.replace(/^error: /, '');
  output.failureDocument({ name: UsageError.name, message: told });
  return ExitCode.USAGE;
}

function isUsage(error: unknown): boolean {
  return [UsageError, UnknownChangeError, InvalidRequestError].some((kind) => error instanceof kind);
}
