import type { EmergencyRun, PendingApproval } from '@nestjs-flamingock/core';
import { ExitCode } from '../exit-code.js';
import type { Output } from '../output/output.js';
import { oneLine } from '../output/safe-text.js';
import type { Work } from './command-runner.js';

/** What `flamingock approvals` does. */
export const work: Work<object> = async ({ flamingock, out }) => {
  const pending = await flamingock.approvals.list();
  const emergencies = await flamingock.approvals.emergencies();
  out.result({ pending, emergencies }, () => describe(pending, emergencies, out));
  return ExitCode.DONE;
};

function describe(
  pending: readonly PendingApproval[],
  emergencies: readonly EmergencyRun[],
  { palette }: Output,
): string {
  if (pending.length === 0 && emergencies.length === 0)
    return palette.green('No pending change needs approval, and there is nothing to review');
  return [
    ...pending.map((one) => pendingLine(one, palette)),
    ...emergencies.map(({ changeId, emergency, recordedAt, host }) =>
      oneLine(
        `${palette.red('!')} ${changeId} ran without approval at ${recordedAt} on ${host}: ${emergency}`,
      ),
    ),
  ].join('\n');
}

function pendingLine(
  { changeId, author, digest, need, approvedBy, rejectedBy, isApproved }: PendingApproval,
  { green, red }: Output['palette'],
): string {
  const mark = isApproved ? green('✔') : red('✖');
  const names = approvedBy.map(({ by }) => by).join(', ') || 'nobody';
  const rejected = rejectedBy.length > 0 ? `, rejected by ${rejectedBy.map(({ by }) => by).join(', ')}` : '';
  const groups = need.groups ? ` of ${need.groups.join(' or ')}` : '';
  return oneLine(
    `${mark} ${changeId} by ${author}, digest ${digest}: ${approvedBy.length} of ${need.count}${groups}, by ${names}${rejected}`,
  );
}
