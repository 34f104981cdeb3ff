import {
  Injectable,
  Logger,
  type BeforeApplicationShutdown,
  type OnApplicationBootstrap,
  type OnModuleInit,
} from '@nestjs/common';
import { HttpAdapterHost, ModulesContainer } from '@nestjs/core';
import { LoggerReporter } from './logger-reporter.js';
import { EarlyInit } from './early-init.js';
import type { RunAt } from './flamingock-options.js';
import { FlamingockService } from './flamingock.service.js';
import { ProbeHost } from './probe-host.js';
import { ProcessEnd } from './process-end.js';
import { holdInit, holdTransports } from './start-hold.js';

/** Applies pending changes at the moment that `runAt` names, and stops with the application. */
@Injectable()
export class FlamingockBootstrap implements OnModuleInit, OnApplicationBootstrap, BeforeApplicationShutdown {
  private readonly logger = new Logger('Flamingock');
  /** Absent until the moment has come. */
  private applied: Promise<void> | undefined;

  constructor(
    private readonly flamingock: FlamingockService,
    private readonly earlyInit: EarlyInit,
    private readonly reporter: LoggerReporter,
    private readonly processEnd: ProcessEnd,
    private readonly probe: ProbeHost,
    modules: ModulesContainer,
    host: HttpAdapterHost,
  ) {
    callHooksFirst(modules);
    holdInit(host, () => this.applyIfAt('bootstrap'));
    holdTransports(modules, () => this.beforeListening());
  }

  async onModuleInit(): Promise<void> {
    await this.applyIfAt('bootstrap');
    this.earlyInit.end();
  }

  onApplicationBootstrap(): Promise<void> {
    return this.applyIfAt('after-module-init');
  }

  beforeApplicationShutdown(signal?: string): Promise<void> {
    return this.flamingock.stop(
      signal === undefined ? 'the application is closing' : `the process received ${signal}`,
    );
  }

  /** Before `init()` as well, where a transport is to listen by then. */
  private async beforeListening(): Promise<void> {
    await this.applyIfAt('bootstrap');
    if (this.flamingock.options.runAt !== 'after-module-init' || this.applied) return;
    this.logger.warn(
      "A transport begins to listen before the changes are applied, which runAt: 'after-module-init' puts " +
        'after the start of every module. Write await app.init() before app.startAllMicroservices(), or leave out runAt.',
    );
  }

  /** Once, although Nest may call hooks of a hybrid application again. */
  private async applyIfAt(moment: RunAt): Promise<void> {
    try {
      if (this.flamingock.options.runAt === moment) await (this.applied ??= this.apply());
    } catch (error) {
      this.reporter.startFailed(error);
      this.probe.startFailed(error);
      throw error;
    }
  }

  private async apply(): Promise<void> {
    const { enabled, role, timeouts } = this.flamingock.options;
    this.probe.noteRole(role);
    // A process that is there for the changes alone must not serve instead: execute() says what is wrong.
    if (!enabled && role !== 'execute') {
      this.logger.log('Flamingock is switched off (enabled, FLAMINGOCK_ENABLED): no change is applied.');
      return;
    }
    const report = await this.flamingock.execute();
    if (role === 'execute') await this.processEnd.after(report, timeouts.graceMs);
  }
}

/**
 * Nest calls hooks in the order of the modules' distance from the root. That of all global
 * modules is the same, and they follow each other as they are imported; this one precedes them.
 */
function callHooksFirst(modules: ModulesContainer): void {
  for (const module of modules.values()) {
    if (module.providers.has(FlamingockBootstrap)) module.distance = Infinity;
  }
}
