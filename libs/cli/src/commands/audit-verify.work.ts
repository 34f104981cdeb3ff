import type { AuditVerification, AuditVerifyRequest } from '@nestjs-flamingock/core';
import { ExitCode } from '../exit-code.js';
import type { Output } from '../output/output.js';
import { oneLine } from '../output/safe-text.js';
import type { Work } from './command-runner.js';

export interface AuditVerifyOptions {
  readonly expectHead?: NonNullable<AuditVerifyRequest['expectHead']>;
}

/** What `flamingock audit verify` does. */
export const work: Work<AuditVerifyOptions> = async ({ flamingock, options: { expectHead }, out }) => {
  const verification = await flamingock.audit.verify(expectHead && { expectHead });
  out.result(verification, () => describe(verification, out));
  return verification.ok ? ExitCode.DONE : ExitCode.ATTENTION;
};

function describe(verification: AuditVerification, { palette }: Output): string {
  if (verification.ok) {
    const { entries, head: end, accepted, decisions } = verification;
    const count = `${entries} ${entries === 1 ? 'entry' : 'entries'}`;
    return [
      `${palette.green('✔')} The history is unchanged: ${count}.`,
      `  Head ${end.seq}:${end.hash}`,
      ...(decisions > 0 ? [`  Decisions: ${decisions}, unchanged.`] : []),
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
  if (verification.inDecisions) {
    return [
      `${palette.red('✖')} ${oneLine(`The decisions were altered: decision ${seq}: ${fault}.`)}`,
      '  The entries are unchanged. Compare the records table with a backup, and restore what was changed.',
    ].join('\n');
  }
  const of = changeId === undefined ? '' : ` of "${changeId}"`;
  return [
    `${palette.red('✖')} ${oneLine(`The history was altered: entry ${seq}${of}: ${fault}.`)}`,
    '  Compare the audit tables with a backup, and restore what was changed.',
  ].join('\n');
}
