import type { Command } from 'commander';
import type { CommandRunner } from './command-runner.js';
import { examples } from './examples.js';

/** `flamingock circuit list` */
export function addCircuitList(parent: Command, runner: CommandRunner): void {
  parent
    .command('list')
    .alias('ls')
    .description('list the target systems that have failed, and those that are left alone')
    .addHelpText('after', examples(['flamingock circuit list', 'why do changes wait?']))
    .action(runner.action(() => import('./circuit-list.work.js')));
}
