import { Module, type DynamicModule } from '@nestjs/common';
import { ModuleRef, NestFactory } from '@nestjs/core';
import {
  FLAMINGOCK_OVERRIDES,
  FlamingockError,
  FlamingockEvents,
  FlamingockService,
  type FlamingockSettings,
} from '@nestjs-flamingock/core';
import { ApplicationStartError, NoFlamingockError } from '../cli.errors.js';
import { describeError } from '../output/describe-error.js';
import { CommandLogger } from './command-logger.js';
import { MaskingLogger } from './masking-logger.js';
import { importModule, type RootModule } from './import-module.js';
import type { ModuleReference } from './module-reference.js';

/** What a command asks of an application. */
export interface Application {
  readonly flamingock: FlamingockService;
  readonly events: FlamingockEvents;
}

/** How an application is started for a command. */
export interface StartOptions {
  /** Whether everything is logged. */
  readonly verbose: boolean;
  readonly colours: boolean;
}

/** The command decides when to run, and what a signal does. */
const OVERRIDES: FlamingockSettings = { runAt: 'manual', shutdownSignals: [] };

/**
 * Starts the application without serving, does `work` with it, and closes it.
 *
 * `work` is done at the moment at which a start applies what is pending: after every
 * `onModuleInit`, and before any `onApplicationBootstrap` of the application's own, which
 * may need what `work` applies.
 *
 * @throws ModuleLoadError, ModuleNotFoundError, NoFlamingockError, ApplicationStartError, and what `work` throws.
 */
export async function withApplication<T>(
  reference: ModuleReference,
  { verbose, colours }: StartOptions,
  work: (application: Application) => Promise<T>,
): Promise<T> {
  const root = await importModule(reference);
  const logger = verbose ? new MaskingLogger({ colors: colours }) : new CommandLogger(colours);
  const task = new Task((moduleRef) => work(applicationIn(moduleRef, reference)));
  try {
    const context = await NestFactory.createApplicationContext(around(root, task), {
      logger,
      abortOnError: false,
    });
    await context.close();
  } catch (error) {
    if (!task.outcome) throw startError(reference, error);
    // What follows in the start, or at its end, changes nothing about what was done.
    logger.warn(`The application did not end in order: ${describeError(error)}`, 'CommandModule');
  }
  if (!task.outcome) throw new NoFlamingockError(reference.text);
  return task.outcome;
}

function startError({ text }: ModuleReference, error: unknown): FlamingockError {
  return error instanceof FlamingockError ? error : new ApplicationStartError(text, error);
}

/** What is done once during a start, and does not make the start fail. */
class Task<T> {
  /** Absent until the start has come to it. */
  outcome: Promise<T> | undefined;

  constructor(private readonly work: (moduleRef: ModuleRef) => Promise<T>) {}

  async run(moduleRef: ModuleRef): Promise<void> {
    this.outcome = Promise.resolve(moduleRef).then(this.work);
    await this.outcome.catch(() => undefined);
  }
}

/** Around the application. */
@Module({})
class CommandModule {}

/** What the command adds to it. */
@Module({})
class TaskModule {}

/** The hooks of global modules are called first, in the order of their imports. */
function around<T>(root: RootModule, task: Task<T>): DynamicModule {
  const provider = {
    provide: Task,
    inject: [ModuleRef],
    useFactory: (moduleRef: ModuleRef) => ({ onApplicationBootstrap: () => task.run(moduleRef) }),
  };
  const overrides = { provide: FLAMINGOCK_OVERRIDES, useValue: OVERRIDES };
  const first: DynamicModule = { module: TaskModule, global: true, providers: [provider, overrides] };
  return { module: CommandModule, imports: [first, root] };
}

function applicationIn(moduleRef: ModuleRef, { text }: ModuleReference): Application {
  try {
    return {
      flamingock: moduleRef.get(FlamingockService, { strict: false }),
      events: moduleRef.get(FlamingockEvents, { strict: false }),
    };
  } catch {
    throw new NoFlamingockError(text);
  }
}
