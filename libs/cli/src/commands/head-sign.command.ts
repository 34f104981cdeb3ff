import type { Command } from 'commander';
import type { CommandRunner } from './command-runner.js';
import { examples } from './examples.js';

/** `flamingock head sign` */
export function addHeadSign(parent: Command, runner: CommandRunner): void {
  parent
    .command('sign')
    .description('sign where the history ends now, and have the anchors keep it; locks and writes nothing')
    .option('-o, --out <file>', 'add the signed head to this file, as one line')
    .addHelpText(
      'after',
      examples(
        ['flamingock head sign >> heads.jsonl', 'one line of JSON, for "audit verify --statement"'],
        ['flamingock head sign -o heads.jsonl', 'the same, on the disk once the command ends'],
      ),
    )
    .action(runner.action(() => import('./head-sign.work.js')));
}
