import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import type {
  AuditVerification,
  AuditVerifyRequest,
  HeldHead,
  KeptStatements,
} from '@nestjs-flamingock/core';
import { UsageError } from '../cli.errors.js';
import { ExitCode } from '../exit-code.js';
import { describeError } from '../output/describe-error.js';
import type { Output } from '../output/output.js';
import { oneLine } from '../output/safe-text.js';
import type { Work } from './command-runner.js';

export interface StatementOptions {
  readonly statement?: string;
  readonly publicKey?: string;
}

export interface AuditVerifyOptions extends StatementOptions {
  readonly expectHead?: NonNullable<AuditVerifyRequest['expectHead']>;
}

/** Refuses what no application is needed to refuse. */
export function check(options: StatementOptions): void {
  const fault = statementFault(options);
  if (fault !== undefined) throw new UsageError(fault);
}

/** What `flamingock audit verify` does. */
export const work: Work<AuditVerifyOptions> = async ({ flamingock, options, out }) => {
  const { expectHead } = options;
  const signed = signedIn(options, out.terminal.directory);
  const verification = await flamingock.audit.verify({
    ...(expectHead && { expectHead }),
    ...(signed && { signed }),
  });
  out.result(verification, () => describe(verification, out));
  return verification.ok ? ExitCode.DONE : ExitCode.ATTENTION;
};

/** What is wrong with the two options, which stand for nothing alone. */
export function statementFault({ statement, publicKey }: StatementOptions): string | undefined {
  const isWhole = (statement === undefined) === (publicKey === undefined);
  return isWhole ? undefined : '--statement <file> and --public-key <pem> go together: give both.';
}

/**
 * What the two files hold that the options name.
 *
 * @throws UsageError for each that cannot be read.
 */
export function signedIn(
  { statement, publicKey }: StatementOptions,
  directory: string,
): KeptStatements | undefined {
  if (statement === undefined || publicKey === undefined) return undefined;
  const faults: string[] = [];
  const textOf = (option: string, path: string): string => {
    try {
      return readFileSync(resolve(directory, path), 'utf8');
    } catch (error) {
      faults.push(`${option} ${path} cannot be read: ${describeError(error)}`);
      return '';
    }
  };
  const signed = {
    statements: textOf('--statement', statement),
    publicKey: textOf('--public-key', publicKey),
  };
  if (faults.length > 0) throw new UsageError(faults.join('\n'));
  return signed;
}

function describe(verification: AuditVerification, { palette }: Output): string {
  if (verification.ok) {
    const { entries, head: end, accepted, decisions, signedHeads } = verification;
    const count = `${entries} ${entries === 1 ? 'entry' : 'entries'}`;
    return [
      `${palette.green('✔')} The history is unchanged: ${count}.`,
      `  Head ${end.seq}:${end.hash}`,
      ...(decisions > 0 ? [`  Decisions: ${decisions}, unchanged.`] : []),
      ...(signedHeads ? [`  ${oneLine(describeSigned(signedHeads))}`] : []),
      ...accepted.map(({ seq, fault }) => oneLine(`  Accepted by an operator: entry ${seq} ${fault}`)),
    ].join('\n');
  }
  const { seq, changeId, fault, heldUntil } = verification;
  if (verification.absent) {
    return [
      `${palette.red('✖')} ${oneLine(`Nothing to verify: ${fault}.`)}`,
      '  Nothing was ever recorded there, or the history is elsewhere: compare service, database and prefix.',
    ].join('\n');
  }
  if (verification.inDecisions) {
    return [
      `${palette.red('✖')} ${oneLine(`The decisions were altered: decision ${seq}: ${fault}.`)}`,
      '  The entries are unchanged. Compare the records table with a backup, and restore what was changed.',
    ].join('\n');
  }
  const of = changeId === undefined ? '' : ` of "${changeId}"`;
  return [
    `${palette.red('✖')} ${oneLine(`The history was altered: entry ${seq}${of}: ${fault}.`)}`,
    ...(heldUntil
      ? [`  It is what was signed up to entry ${heldUntil.seq}, at ${oneLine(heldUntil.createdAt)}.`]
      : []),
    '  Compare the audit tables with a backup, and restore what was changed.',
  ].join('\n');
}

function describeSigned(heads: readonly HeldHead[]): string {
  const last = heads.at(-1);
  const count = heads.length === 1 ? '1 signed head is' : `${heads.length} signed heads are`;
  return last ? `${count} in it, the last of entry ${last.seq}, signed at ${last.createdAt}` : '';
}
