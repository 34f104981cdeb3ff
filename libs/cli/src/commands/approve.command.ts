import type { Command } from 'commander';
import type { ApprovalRequest } from '@nestjs-flamingock/core';
import type { CommandRunner } from './command-runner.js';
import { examples } from './examples.js';
import { BY, REASON } from './operator-options.js';

const KINDS: readonly { readonly kind: ApprovalRequest['kind']; readonly description: string }[] = [
  { kind: 'approve', description: 'approve a pending change as its code is' },
  { kind: 'reject', description: 'reject a pending change as its code is' },
  { kind: 'withdraw', description: 'take back your own approval or rejection of a pending change' },
];

/** `flamingock approve`, `reject`, `withdraw`, `review` and `approvals` */
export function addApprovals(parent: Command, runner: CommandRunner): void {
  parent
    .command('approvals')
    .description('list the pending changes that need approval, and emergencies to review')
    .addHelpText('after', examples(['flamingock approvals', 'what waits for people?']))
    .action(runner.action(() => import('./approvals.work.js')));
  for (const { kind, description } of KINDS) {
    parent
      .command(kind)
      .description(description)
      .requiredOption('-c, --change <id>', 'the change')
      .option('--digest <digest>', 'refused unless the code here is that one, as approvals shows it')
      .option(...REASON)
      .option(...BY)
      .addHelpText('after', examples([`flamingock ${kind} -c add-category --reason "read it"`, description]))
      .action(
        runner.action(async () => {
          const { decideWork } = await import('./approve.work.js');
          return { work: decideWork(kind) };
        }),
      );
  }
  parent
    .command('review')
    .description('say that a change which ran without approval was looked at')
    .requiredOption('-c, --change <id>', 'the change')
    .option(...REASON)
    .option(...BY)
    .addHelpText('after', examples(['flamingock review -c add-category --reason "it was right"', 'close it']))
    .action(
      runner.action(async () => {
        const { reviewWork } = await import('./approve.work.js');
        return { work: reviewWork };
      }),
    );
}
