import type { DynamicModule, Type } from '@nestjs/common';

/** What Nest takes for a module. */
export type RootModule = Type | DynamicModule;

/** A root module, and what it is called in messages. */
export interface FoundModule {
  readonly name: string;
  readonly load: () => Promise<RootModule>;
}

/** Where the application of a command comes from. */
export interface ApplicationSource {
  /** What is typed for the command. */
  readonly commandLine: string;
  /** Whether `--module` says which. */
  readonly takesModule: boolean;
  /** @throws UsageError where there is none. */
  find(option: string | undefined, directory: string): Promise<FoundModule>;
}
