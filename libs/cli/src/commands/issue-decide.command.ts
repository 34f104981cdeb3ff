import { Option, type Command } from 'commander';
import type { IssueDecisionKind } from '@nestjs-flamingock/core';
import type { CommandRunner } from './command-runner.js';
import { examples } from './examples.js';
import { BY, REASON } from './operator-options.js';

/** A command that says something about an issue. */
interface DecisionCommand {
  readonly name: string;
  readonly kind: IssueDecisionKind;
  readonly description: string;
  /** How it is called, after the name. */
  readonly example: string;
  readonly options?: readonly Option[];
}

const RESOLUTION = new Option('--resolution <end>', 'EXECUTED, ROLLED_BACK: as audit fix; UNDONE: by undo')
  .choices(['EXECUTED', 'ROLLED_BACK', 'UNDONE'])
  .makeOptionMandatory();
const TO = new Option('--to <name>', 'who is to work on it; an empty text: nobody').makeOptionMandatory();
const UNTIL = new Option('--until <time>', 'ISO 8601, or a date').makeOptionMandatory();

const COMMANDS: readonly DecisionCommand[] = [
  {
    name: 'ack',
    kind: 'acknowledge',
    description: 'say that you have seen an issue',
    example: '-c publish-feed',
  },
  {
    name: 'assign',
    kind: 'assign',
    description: 'say who works on an issue',
    example: '-c publish-feed --to bob',
    options: [TO],
  },
  {
    name: 'comment',
    kind: 'comment',
    description: 'say something about an issue',
    example: '-c publish-feed --reason "3 of 5 files are out"',
  },
  {
    name: 'snooze',
    kind: 'snooze',
    description: 'have nobody reminded of an issue for a while',
    example: '-c publish-feed --until 2030-01-31T08:00:00Z',
    options: [UNTIL],
  },
  {
    name: 'propose',
    kind: 'propose',
    description: 'say how an issue, or an applied change, should be resolved',
    example: '-c publish-feed --resolution EXECUTED --reason "all files are out"',
    options: [RESOLUTION],
  },
  {
    name: 'approve',
    kind: 'approve',
    description: 'approve what another person has proposed about an issue',
    example: '-c publish-feed --reason "looked myself"',
  },
  {
    name: 'reject',
    kind: 'reject',
    description: 'reject what another person has proposed about an issue',
    example: '-c publish-feed --reason "one file is missing"',
  },
  {
    name: 'withdraw',
    kind: 'withdraw',
    description: 'take back your own approval or rejection',
    example: '-c publish-feed',
  },
];

/** `flamingock issue ack`, `assign`, `comment`, `snooze`, `propose`, `approve`, `reject`, `withdraw` */
export function addIssueDecisions(parent: Command, runner: CommandRunner): void {
  for (const { name, kind, description, example, options = [] } of COMMANDS) {
    const command = parent
      .command(name)
      .description(description)
      .requiredOption('-c, --change <id>', 'the change');
    for (const option of options) command.addOption(option);
    command
      .option(...REASON)
      .option(...BY)
      .addHelpText('after', examples([`flamingock issue ${name} ${example}`, description]))
      .action(
        runner.action(async () => {
          const { workFor } = await import('./issue-decide.work.js');
          return { work: workFor(kind) };
        }),
      );
  }
}
