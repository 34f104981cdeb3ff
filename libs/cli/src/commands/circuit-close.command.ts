import type { Command } from 'commander';
import type { CommandRunner } from './command-runner.js';
import { examples } from './examples.js';

/** `flamingock circuit close` */
export function addCircuitClose(parent: Command, runner: CommandRunner): void {
  parent
    .command('close')
    .description('have the next start use a target system again that is left alone')
    .requiredOption('-t, --target <id>', 'id of the target system')
    .option('--reason <text>', 'why; told by the event circuit.closed')
    .option('--by <name>', 'who; told by the event circuit.closed (default: the user of this process)')
    .addHelpText('after', examples(['flamingock circuit close -t product-feed', 'once it is repaired']))
    .action(runner.action(() => import('./circuit-close.work.js')));
}
