import type { Command } from 'commander';
import { findModule } from '../application/module-reference.js';
import { withApplication, type Application } from '../application/with-application.js';
import type { ExitCode } from '../exit-code.js';
import { Output } from '../output/output.js';
import type { Terminal } from '../output/terminal.js';

/** Options that every command has. */
export interface GlobalOptions {
  readonly module?: string;
  readonly json?: boolean;
  readonly verbose?: boolean;
}

/** What a command works with. */
export interface Invocation<O> extends Application {
  readonly options: O & GlobalOptions;
  readonly out: Output;
}

/** A command: looks at the application or changes something, shows it, and tells how it ended. */
export type Work<O> = (invocation: Invocation<O>) => Promise<ExitCode>;

/** Runs the command that was asked for, and keeps how it ended. */
export class CommandRunner {
  private out: Output;
  /** Absent as long as no command has come to its end. */
  exitCode: ExitCode | undefined;
  verbose = false;

  constructor(private readonly terminal: Terminal) {
    this.out = new Output(terminal, false);
  }

  /** Where errors are shown. */
  get output(): Output {
    return this.out;
  }

  /** Sets up the output before anything can go wrong that the parser finds. */
  begin({ json = false, verbose = false }: GlobalOptions): void {
    this.out = new Output(this.terminal, json);
    this.verbose = verbose;
  }

  /** An action for the parser. `check` refuses what no application is needed to refuse. */
  action<O extends object>(
    work: Work<O>,
    check: (options: O & GlobalOptions, out: Output) => void = () => undefined,
  ): (options: O, command: Command) => Promise<void> {
    return async (_, command) => {
      const options = command.optsWithGlobals<O & GlobalOptions>();
      this.begin(options);
      const { out, verbose } = this;
      check(options, out);
      const reference = findModule(options.module, this.terminal.directory);
      const start = { verbose, colours: out.hasColouredMessages };
      this.exitCode = await withApplication(reference, start, (application) =>
        work({ ...application, options, out }),
      );
    };
  }
}
