import { Module, type DynamicModule, type INestApplicationContext } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import {
  FlamingockError,
  FlamingockEvents,
  FlamingockService,
  type FlamingockSettings,
} from '@nestjs-flamingock/core';
import { FLAMINGOCK_OVERRIDES } from '@nestjs-flamingock/core/adapter';
import { ApplicationStartError, NoFlamingockError } from '../cli.errors.js';
import { describeError } from '../output/describe-error.js';
import { CommandLogger } from './command-logger.js';
import { MaskingLogger } from './masking-logger.js';
import type { FoundModule, RootModule } from './application-source.js';
import { noHttpServer } from './no-http-server.js';
import { closeWhole } from './close-whole.js';

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
  /** Whether the probe of the application opens, where it has one. */
  readonly probe: boolean;
  /** What the command sets besides. */
  readonly settings?: FlamingockSettings;
}

/** The command decides when to run, that it applies changes whatever the role of the application is, and what a signal does. */
const OVERRIDES: FlamingockSettings = { runAt: 'manual', role: 'both', shutdownSignals: [] };

/**
 * Makes the application, does `work` with it, and closes it. It is never initialised: of its
 * hooks only those are called whose providers Flamingock itself is about to use, so that no
 * queue worker, schedule or consumer of the application begins.
 *
 * @throws ModuleLoadError, ModuleNotFoundError, NoFlamingockError, ApplicationStartError, and what `work` throws.
 */
export async function withApplication<T>(
  found: FoundModule,
  { verbose, colours, probe, settings }: StartOptions,
  work: (application: Application) => Promise<T>,
): Promise<T> {
  const root = await found.load();
  const logger = verbose ? new MaskingLogger({ colors: colours }) : new CommandLogger(colours);
  const overrides = { ...OVERRIDES, ...(!probe && { probe: false as const }), ...settings };
  const app = await create(root, logger, overrides).catch((error: unknown) => {
    throw startError(found, error);
  });
  try {
    return await work(applicationIn(app, found));
  } finally {
    // How the application ends changes nothing about what was done.
    await closeWhole(app, logger).catch((error: unknown) =>
      logger.warn(`The application did not end in order: ${describeError(error)}`, 'CommandModule'),
    );
  }
}

/** Around the application. */
@Module({})
class CommandModule {}

function create(
  root: RootModule,
  logger: MaskingLogger,
  settings: FlamingockSettings,
): Promise<INestApplicationContext> {
  const overrides = { provide: FLAMINGOCK_OVERRIDES, useValue: settings };
  const around: DynamicModule = { module: CommandModule, imports: [root], providers: [overrides] };
  // A context of Nest's is initialised as it is made; what could serve is not, until it listens.
  return NestFactory.create(around, noHttpServer(), { logger, abortOnError: false });
}

function startError({ name }: FoundModule, error: unknown): FlamingockError {
  return error instanceof FlamingockError ? error : new ApplicationStartError(name, error);
}

function applicationIn(app: INestApplicationContext, { name }: FoundModule): Application {
  try {
    return {
      flamingock: app.get(FlamingockService, { strict: false }),
      events: app.get(FlamingockEvents, { strict: false }),
    };
  } catch {
    throw new NoFlamingockError(name);
  }
}
