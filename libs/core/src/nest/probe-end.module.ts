import { Module, type OnApplicationBootstrap, type OnModuleDestroy } from '@nestjs/common';
import { HttpAdapterHost, ModulesContainer } from '@nestjs/core';
import { ProbeHost } from './probe-host.js';

/**
 * Ends the probe after the hooks of all other modules: it answers while they start what consumes work. As they are
 * called in the other direction at the end, it says before all of them that the application closes.
 */
@Module({})
export class ProbeEndModule implements OnApplicationBootstrap, OnModuleDestroy {
  constructor(
    private readonly probe: ProbeHost,
    private readonly http: HttpAdapterHost,
    modules: ModulesContainer,
  ) {
    // Nest calls hooks in the order of the modules' distance from the root.
    for (const module of modules.values())
      if (module.metatype === ProbeEndModule) module.distance = -Infinity;
  }

  onApplicationBootstrap(): Promise<void> {
    return this.probe.aboutToServe(this.http);
  }

  onModuleDestroy(): void {
    this.probe.closes();
  }
}
