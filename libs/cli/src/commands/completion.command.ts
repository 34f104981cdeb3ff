import { Argument, type Command } from 'commander';
import { ExitCode } from '../exit-code.js';
import type { CommandRunner } from './command-runner.js';
import { examples } from './examples.js';

/** Shells that there is a script for. */
const SHELLS = ['bash', 'zsh', 'fish'] as const;

/** One of them. */
export type Shell = (typeof SHELLS)[number];

/** `flamingock completion` */
export function addCompletion(program: Command, runner: CommandRunner): void {
  program
    .command('completion')
    .description('print a script that completes commands, options and their values, for a shell to load')
    .addArgument(new Argument('<shell>', 'which shell').choices(SHELLS))
    .addHelpText(
      'after',
      examples(
        ['flamingock completion bash > ~/.local/share/bash-completion/completions/flamingock', 'bash'],
        ['flamingock completion zsh > ~/.zfunc/_flamingock', 'zsh, where fpath has ~/.zfunc'],
        ['flamingock completion fish > ~/.config/fish/completions/flamingock.fish', 'fish'],
      ),
    )
    .action(
      runner.standalone(async () => {
        const { completionScript } = await import('./completion-scripts.js');
        return {
          work: ({ args: [shell], out }) => {
            out.line(completionScript(shell as Shell, program));
            return Promise.resolve(ExitCode.DONE);
          },
        };
      }),
    );
}
