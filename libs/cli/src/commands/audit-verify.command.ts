import { InvalidArgumentError, type Command } from 'commander';
import type { AuditVerification, AuditVerifyRequest } from '@nestjs-flamingock/core';
import { ExitCode } from '../exit-code.js';
import type { Output } from '../output/output.js';
import { oneLine } from '../output/safe-text.js';
import type { CommandRunner } from './command-runner.js';
import { examples } from './examples.js';

interface AuditVerifyOptions {
  readonly expectHead?: NonNullable<AuditVerifyRequest['expectHead']>;
}

/** `flamingock audit verify` */
export function addAuditVerify(parent: Command, runner: CommandRunner): void {
  parent
    .command('verify')
    .description(
      'walk the whole chain of entries, and exit with 3 at the first that was altered, or if there is none',
    )
    .option(
      '--expect-head <seq:hash>',
      'an end of the history that was kept elsewhere, and must still be in it',
      head,
    )
    .addHelpText(
      'after',
      examples(
        ['flamingock audit verify', 'is the history unchanged?'],
        ['flamingock audit verify --expect-head 12:9f2c…', 'and does it go on from the one that was kept?'],
      ),
    )
    .action(
      runner.action<AuditVerifyOptions>(async ({ flamingock, options: { expectHead }, out }) => {
        const verification = await flamingock.audit.verify(expectHead && { expectHead });
        out.result(verification, () => describe(verification, out));
        return verification.ok ? ExitCode.DONE : ExitCode.ATTENTION;
      }),
    );
}

function head(value: string): AuditVerifyOptions['expectHead'] {
  const [, seq, hash] = /^(\d{1,15}):([0-9a-f]{64})$/i.exec(value.trim()) ?? [];
  if (seq === undefined || hash === undefined)
    throw new InvalidArgumentError('It must be <seq>:<hash>, as "audit verify" and a run print it.');
  return { seq: Number(seq), hash: hash.toLowerCase() };
}

function describe(verification: AuditVerification, { palette }: Output): string {
  if (verification.ok) {
    const { entries, head: end, accepted } = verification;
    const count = `${entries} ${entries === 1 ? 'entry' : 'entries'}`;
    return [
      `${palette.green('✔')} The history is unchanged: ${count}.`,
      `  Head ${end.seq}:${end.hash}`,
      ...accepted.map(({ seq, fault }) => oneLine(`  Accepted by an operator: entry ${seq} ${fault}`)),
    ].join('\n');
  }
  const { seq, changeId, fault } = verification;
  if (verification.absent) {
    return [
      `${palette.red('✖')} ${oneLine(`Nothing to verify: ${fault}.`)}`,
      '  Nothing was ever recorded there, or the history is elsewhere: compare service, database and prefix.',
    ].join('\n');
  }
  const of = changeId === undefined ? '' : ` of "${changeId}"`;
  return [
    `${palette.red('✖')} ${oneLine(`The history was altered: entry ${seq}${of}: ${fault}.`)}`,
    '  Compare the audit tables with a backup, and restore what was changed.',
  ].join('\n');
}
