import { userInfo } from 'node:os';
import type { OperationContext } from '@nestjs-flamingock/core';
import type { Output } from '../output/output.js';

/** Options of every command that writes on behalf of an operator. */
export interface OperatorOptions {
  readonly by?: string;
  readonly reason?: string;
}

/** The option that says why. */
export const REASON = ['--reason <text>', 'why; recorded'] as const;
/** The option that says who. */
export const BY = ['--by <name>', 'who; recorded (default: the user of this process)'] as const;

/** The actor and the reason. CI systems set `CI=true`: there the actor is no human, also where `--by` names one. */
export function contextOf(
  { by = userName(), reason }: OperatorOptions,
  { terminal }: Output,
): OperationContext {
  const kind = terminal.environment['CI'] === 'true' ? 'ci' : 'human';
  return { actor: { kind, name: by, via: 'cli' }, reason };
}

function userName(): string {
  try {
    return userInfo().username;
  } catch {
    // A container may run under a number that has no name.
    return `uid ${String(process.getuid?.() ?? 'unknown')}`;
  }
}
