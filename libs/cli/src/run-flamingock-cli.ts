import { relative } from 'node:path';
import { CLI_VARIABLE, shellWord } from '@nestjs-flamingock/core/adapter';
import type { RootModule } from './application/application-source.js';
import type { ExitCode } from './exit-code.js';
import { processTerminal } from './output/terminal.js';
import { runOn } from './run.js';

/** How the command is called in an application of one's own. */
export interface RunFlamingockCliOptions {
  /**
   * What follows the script.
   *
   * @default process.argv.slice(2)
   */
  readonly args?: readonly string[];
  /**
   * What an operator types for `flamingock`, which messages print.
   *
   * @default FLAMINGOCK_CLI, or else `node` and the script that was started
   */
  readonly command?: string;
}

/**
 * Runs the command of this process on an application that is in the same bundle: for an entry file of the
 * application's own, built beside its `main.ts`. Sets `process.exitCode` and does not end the process. What anything
 * else prints to standard output goes to standard error from then on.
 *
 * @returns the exit code, once all of the result is written.
 */
export async function runFlamingockCli(
  module: RootModule,
  { args = process.argv.slice(2), command = typed() }: RunFlamingockCliOptions = {},
): Promise<ExitCode> {
  process.env[CLI_VARIABLE] = command;
  const found = {
    name: 'module' in module ? module.module.name : module.name,
    load: () => Promise.resolve(module),
  };
  const source = { commandLine: command, takesModule: false, find: () => Promise.resolve(found) };
  const exitCode = await runOn(source, args, processTerminal());
  process.exitCode = exitCode;
  return exitCode;
}

/** As it is typed where this process was started. */
function typed(): string {
  const told = process.env[CLI_VARIABLE]?.trim() ?? '';
  if (told !== '') return told;
  const script = process.argv[1] ?? '';
  const path = relative(process.cwd(), script);
  return `node ${shellWord(path.startsWith('..') ? script : path)}`;
}
