import type { Command } from 'commander';
import type { CommandRunner } from './command-runner.js';
import { examples } from './examples.js';

/** `flamingock issue bundle` */
export function addIssueBundle(parent: Command, runner: CommandRunner): void {
  parent
    .command('bundle')
    .description('collect all that is known about an issue in one JSON document, for a ticket')
    .option('-c, --change <id>', 'the change; without it the first that has an issue')
    .option('-o, --out <file>', 'write to this new file; with --json the result tells about it')
    .addHelpText(
      'after',
      examples(
        ['flamingock issue bundle -c publish-feed -o publish-feed.json', 'a file to attach'],
        ['flamingock issue bundle | jq .issue.guidance', 'the same document on the output'],
      ),
    )
    .action(runner.action(() => import('./issue-bundle.work.js')));
}
