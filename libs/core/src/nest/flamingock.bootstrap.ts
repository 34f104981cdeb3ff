import {
  Injectable,
  Logger,
  type BeforeApplicationShutdown,
  type OnApplicationBootstrap,
  type OnModuleInit,
} from '@nestjs/common';
import { ModulesContainer } from '@nestjs/core';
import type { RunAt } from './flamingock-options.js';
import { FlamingockService } from './flamingock.service.js';
import { assertSingleRoot } from './single-root.js';

/** Applies pending changes at the moment that `runAt` names, and stops with the application. */
@Injectable()
export class FlamingockBootstrap implements OnModuleInit, OnApplicationBootstrap, BeforeApplicationShutdown {
  private readonly logger = new Logger('Flamingock');

  constructor(
    private readonly flamingock: FlamingockService,
    private readonly modules: ModulesContainer,
  ) {}

  async onModuleInit(): Promise<void> {
    assertSingleRoot(this.modules);
    await this.runIfAt('module-init');
  }

  onApplicationBootstrap(): Promise<void> {
    return this.runIfAt('bootstrap');
  }

  beforeApplicationShutdown(signal?: string): Promise<void> {
    return this.flamingock.stop(
      signal === undefined ? 'the application is closing' : `the process received ${signal}`,
    );
  }

  private async runIfAt(moment: RunAt): Promise<void> {
    const { enabled, runAt } = this.flamingock.options;
    if (runAt !== moment) return;
    if (enabled) await this.flamingock.execute();
    else this.logger.log('Flamingock is switched off (enabled, FLAMINGOCK_ENABLED): no change is applied.');
  }
}
