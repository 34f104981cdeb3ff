import type { Actor } from '@nestjs-flamingock/core';
import { CI_ALLOW_VARIABLE } from '@nestjs-flamingock/core/adapter';
import type { Output } from '../output/output.js';
import { hasTerminal } from './confirmation.js';

/** Options of a command that does without a terminal only what its dry run has shown. */
export interface DigestOptions {
  readonly confirm?: string;
  readonly dryRun?: boolean;
}

const COMMANDS = ['audit fix', 'undo'] as const;
/** A command that wants a digest where nobody can be asked. */
export type DigestCommand = (typeof COMMANDS)[number];

/**
 * What is missing where there is no terminal and no digest, unless the actor is a pipeline that may do without it.
 *
 * @param look The dry run of the command.
 */
export function digestFaults(
  command: DigestCommand,
  { confirm }: DigestOptions,
  { kind }: Actor,
  look: string,
  out: Output,
): string[] {
  if (confirm !== undefined || hasTerminal(out)) return [];
  const allowed = allowedIn(out);
  const isAllowed = kind === 'ci' && allowed.includes(command);
  const missing = `There is no terminal, and --yes is not enough: see what it would do, and type the command with --confirm that this prints: ${look}`;
  return [
    ...allowed.filter((name) => !COMMANDS.some((one) => one === name)).map(unknown),
    ...(isAllowed ? [] : [missing]),
  ];
}

function allowedIn({ terminal }: Output): string[] {
  const names = (terminal.environment[CI_ALLOW_VARIABLE] ?? '').split(',').map((name) => name.trim());
  return names.filter((name) => name !== '');
}

function unknown(name: string): string {
  return `${CI_ALLOW_VARIABLE} names ${JSON.stringify(name)}, and there are ${COMMANDS.join(', ')}.`;
}
