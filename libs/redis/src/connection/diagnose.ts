import { factText, type TargetDiagnosis } from '@nestjs-flamingock/core/adapter';

/** What is read of an error of ioredis, or of one that tells what a commit failed of. */
interface ErrorFields {
  readonly code?: unknown;
  readonly name?: unknown;
  readonly message?: unknown;
  readonly detail?: unknown;
  readonly command?: { readonly name?: unknown; readonly args?: unknown };
}

/** What a commit says of the command that failed. */
const FAILED = /^command \d+ of \d+, (?<name>[A-Z][A-Z0-9._-]*)[^]* failed: (?<reply>[A-Z][A-Z0-9_]*)\b/;

/** How replies begin that are errors. */
const REPLY = /^[A-Z][A-Z0-9_]+(?= )/;

/** What `diagnose` of the target system answers, by the error's shape. Arguments of commands, keys included, are left out. */
export function diagnose(error: unknown): TargetDiagnosis {
  if (typeof error !== 'object' || error === null) return {};
  const { detail } = error as ErrorFields;
  const { name, reply } = FAILED.exec(String(detail))?.groups ?? {};
  if (name !== undefined && reply !== undefined) return { code: reply, statement: name };
  return ofReply(error);
}

function ofReply({ code, name, message, command }: ErrorFields): TargetDiagnosis {
  const reply = name === 'ReplyError' ? REPLY.exec(String(message))?.[0] : undefined;
  return { code: reply ?? factText(code), statement: commandText(command) };
}

function commandText(command: ErrorFields['command']): string | undefined {
  const name = factText(command?.name);
  if (name === undefined) return undefined;
  const count = Array.isArray(command?.args) ? command.args.length : 0;
  return `${name.toUpperCase()} (${count} ${count === 1 ? 'argument' : 'arguments'})`;
}
