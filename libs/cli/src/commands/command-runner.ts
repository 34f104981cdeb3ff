import type { FlamingockSettings } from '@nestjs-flamingock/core';
import type { Command } from 'commander';
import type { ApplicationSource } from '../application/application-source.js';
import type { Application } from '../application/with-application.js';
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
  /** What was given without an option, in order. */
  readonly args: readonly string[];
  readonly out: Output;
}

/** A command: looks at the application or changes something, shows it, and tells how it ended. */
export type Work<O> = (invocation: Invocation<O>) => Promise<ExitCode>;

/** Refuses what no application is needed to refuse. */
export type Check<O> = (options: O & GlobalOptions, out: Output, args: readonly string[]) => void;

/** What a command does. It is loaded when it is called, so that help loads neither Nest nor the engine. */
export interface CommandWork<O> {
  readonly work: Work<O>;
  readonly check?: Check<O>;
  /** True for what lasts as long as a start, and is watched like one. */
  readonly isProbed?: boolean;
  /** Settings of the application that the command decides. */
  readonly settings?: (options: O & GlobalOptions) => FlamingockSettings;
}

/** What a command works with that starts no application. */
export type Standalone<O> = Omit<Invocation<O>, keyof Application>;

/** What a command does without an application; loaded when it is called. */
export interface StandaloneWork<O> {
  readonly work: (invocation: Standalone<O>) => Promise<ExitCode>;
}

/** Runs the command that was asked for, and keeps how it ended. */
export class CommandRunner {
  private out: Output;
  /** Absent as long as no command has come to its end. */
  exitCode: ExitCode | undefined;
  verbose = false;

  constructor(
    private readonly terminal: Terminal,
    /** Where applications come from. */
    readonly source: ApplicationSource,
  ) {
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

  /** An action for the parser. */
  action<O extends object>(load: () => Promise<CommandWork<O>>): (...given: unknown[]) => Promise<void> {
    return async (...given) => {
      const command = given.at(-1) as Command;
      const options = command.optsWithGlobals<O & GlobalOptions>();
      this.begin(options);
      const { out, verbose } = this;
      const { work, check, isProbed: probe = false, settings } = await load();
      check?.(options, out, command.args);
      const root = await this.source.find(options.module, this.terminal.directory);
      const start = {
        verbose,
        colours: out.hasColouredMessages,
        probe,
        ...(settings && { settings: settings(options) }),
      };
      const { withApplication } = await import('../application/with-application.js');
      this.exitCode = await withApplication(root, start, (application) =>
        work({ ...application, options, args: command.args, out }),
      );
    };
  }

  /** An action of a command that starts no application. */
  standalone<O extends object>(
    load: () => Promise<StandaloneWork<O>>,
  ): (...given: unknown[]) => Promise<void> {
    return async (...given) => {
      const command = given.at(-1) as Command;
      const options = command.optsWithGlobals<O & GlobalOptions>();
      this.begin(options);
      const { work } = await load();
      this.exitCode = await work({ options, args: command.args, out: this.out });
    };
  }
}
