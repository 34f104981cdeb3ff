import { InvalidArgumentError, type Command } from 'commander';
import type { CommandRunner } from './command-runner.js';
import { examples } from './examples.js';
import type { AuditVerifyOptions } from './audit-verify.work.js';

/** `flamingock audit verify` */
export function addAuditVerify(parent: Command, runner: CommandRunner): void {
  parent
    .command('verify')
    .description(
      'walk the whole chain of entries, and exit with 3 at the first that was altered, or if there is none',
    )
    .option(
      '--expect-head <seq:hash>',
      'an end of the history that was kept elsewhere, and must still be in it',
      head,
    )
    .option('--statement <file>', 'signed heads that were kept elsewhere, and must still be in it')
    .option('--public-key <pem>', 'the file with the public key of who signed them')
    .addHelpText(
      'after',
      examples(
        ['flamingock audit verify', 'is the history unchanged?'],
        ['flamingock audit verify --expect-head 12:9f2c…', 'and does it go on from the one that was kept?'],
        [
          'flamingock audit verify --statement heads.jsonl --public-key evidence.pub.pem',
          'and from every signed one?',
        ],
      ),
    )
    .action(runner.action(() => import('./audit-verify.work.js')));
}

function head(value: string): AuditVerifyOptions['expectHead'] {
  const [, seq, hash] = /^(\d{1,15}):([0-9a-f]{64})$/i.exec(value.trim()) ?? [];
  if (seq === undefined || hash === undefined)
    throw new InvalidArgumentError('It must be <seq>:<hash>, as "audit verify" and a run print it.');
  return { seq: Number(seq), hash: hash.toLowerCase() };
}
