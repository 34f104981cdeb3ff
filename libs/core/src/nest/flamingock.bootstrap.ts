import {
  Injectable,
  type BeforeApplicationShutdown,
  type OnApplicationBootstrap,
  type OnModuleInit,
} from '@nestjs/common';
import type { RunAt } from './flamingock-options.js';
import { FlamingockService } from './flamingock.service.js';

/** Applies pending changes at the moment that `runAt` names, and stops with the application. */
@Injectable()
export class FlamingockBootstrap implements OnModuleInit, OnApplicationBootstrap, BeforeApplicationShutdown {
  constructor(private readonly flamingock: FlamingockService) {}

  onModuleInit(): Promise<void> {
    return this.runIfAt('module-init');
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
    if (enabled && runAt === moment) await this.flamingock.execute();
  }
}
