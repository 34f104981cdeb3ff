import { Global, Module, type DynamicModule, type Provider } from '@nestjs/common';
import { DiscoveryModule } from '@nestjs/core';
import type { ChangeClass, ChangeFeature } from '../change/change-discovery.js';
import { FLAMINGOCK_AUDIT_STORE, FLAMINGOCK_FEATURE, FLAMINGOCK_SETTINGS } from './flamingock.constants.js';
import type {
  FlamingockAdapters,
  FlamingockModuleAsyncOptions,
  FlamingockModuleOptions,
} from './flamingock-options.js';
import { adapterProviders, coreProviders, settingsProviders } from './flamingock.providers.js';
import { FlamingockEvents } from '../reporting/event-publisher.js';
import { FlamingockFeatureModule } from './flamingock-feature.module.js';
import { FlamingockService } from './flamingock.service.js';

/** Changes that a module adds to a stage. */
export interface FlamingockFeatureOptions {
  readonly stage: string;
  readonly changes: readonly ChangeClass[];
  /** Modules whose exports the changes inject by their constructors. */
  readonly imports?: NonNullable<DynamicModule['imports']>;
}

/**
 * Applies pending changes before the application serves.
 *
 * `forRoot` or `forRootAsync` once, in the root module; `forFeature` wherever changes are.
 */
@Global()
@Module({})
export class FlamingockModule {
  /** Sets Flamingock up with settings known in code. */
  static forRoot({ auditStore, targetSystems, ...settings }: FlamingockModuleOptions): DynamicModule {
    return root({ auditStore, targetSystems }, [{ provide: FLAMINGOCK_SETTINGS, useValue: settings }]);
  }

  /** Sets Flamingock up with settings that other providers know. */
  static forRootAsync(options: FlamingockModuleAsyncOptions): DynamicModule {
    return root(options, settingsProviders(options), options.imports);
  }

  /** Registers changes as providers and names their stage. */
  static forFeature({ stage, changes, imports = [] }: FlamingockFeatureOptions): DynamicModule {
    const feature: ChangeFeature = { stage, changes };
    return {
      module: FlamingockFeatureModule,
      imports,
      providers: [{ provide: FLAMINGOCK_FEATURE, useValue: feature }, ...(changes as Provider[])],
    };
  }
}

function root(
  adapters: FlamingockAdapters,
  settings: readonly Provider[],
  imports: FlamingockModuleAsyncOptions['imports'] = [],
): DynamicModule {
  const definitions = [adapters.auditStore, ...adapters.targetSystems];
  return {
    module: FlamingockModule,
    imports: [DiscoveryModule, ...imports, ...definitions.flatMap((definition) => definition.imports ?? [])],
    providers: [...settings, ...adapterProviders(adapters), ...coreProviders],
    exports: [FlamingockService, FlamingockEvents, FLAMINGOCK_AUDIT_STORE],
  };
}
