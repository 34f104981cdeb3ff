import { Module, type OnApplicationBootstrap } from '@nestjs/common';
import { HttpAdapterHost, ModulesContainer } from '@nestjs/core';
import { ProbeHost } from './probe-host.js';

/** Ends the probe after the hooks of all other modules: it answers while they start what consumes work. */
@Module({})
export class ProbeEndModule implements OnApplicationBootstrap {
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
}
