import type { Command } from 'commander';
import type { CommandRunner } from './command-runner.js';
import { examples } from './examples.js';

/** `flamingock lock status` */
export function addLockStatus(parent: Command, runner: CommandRunner): void {
  parent
    .command('status')
    .description("show who holds the lock, since when and until when, by the audit store's clock")
    .addHelpText('after', examples(['flamingock lock status', 'is a run in progress?']))
    .action(runner.action(() => import('./lock-status.work.js')));
}
