import { Argument, type Command } from 'commander';
import { ExitCode } from '../exit-code.js';
import type { CommandRunner } from './command-runner.js';
import { examples } from './examples.js';

/** Shells that there is a script for. */
export const SHELLS = ['bash', 'zsh', 'fish'] as const;

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
    .action(async (shell: (typeof SHELLS)[number]) => {
      const { completionScript } = await import('./completion-scripts.js');
      runner.begin({});
      runner.output.line(completionScript(shell, program));
      runner.exitCode = ExitCode.DONE;
    });
}
