import type { Command } from 'commander';
import type { CommandRunner } from './command-runner.js';
import { examples } from './examples.js';

/** `flamingock alerts list`, `deliver` and `resend` */
export function addAlerts(parent: Command, runner: CommandRunner): void {
  const alerts = parent.command('alerts').description('what people are told of trouble');
  alerts
    .command('list')
    .description('list the alerts that are kept, and how far their delivery is')
    .option('--dead', 'only those with a message that is not tried any more')
    .addHelpText('after', examples(['flamingock alerts list --dead', 'what did nobody hear of?']))
    .action(runner.action(() => import('./alerts-list.work.js')));
  alerts
    .command('deliver')
    .description('look for what is wrong, and deliver what is due')
    .addHelpText('after', examples(['flamingock alerts deliver', 'for a job whose process may have died']))
    .action(runner.action(() => import('./alerts-deliver.work.js')));
  alerts
    .command('resend')
    .description('have the dead letters of an alert tried anew')
    .requiredOption('-i, --id <id>', 'the alert, as "alerts list" shows it')
    .option('--reason <text>', 'why; kept with the alert')
    .option('--by <name>', 'who; kept with the alert (default: the user of this process)')
    .addHelpText('after', examples(['flamingock alerts resend -i issue-0f3a', 'once its receiver is back']))
    .action(runner.action(() => import('./alerts-resend.work.js')));
}
