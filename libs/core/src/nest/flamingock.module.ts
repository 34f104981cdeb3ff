import { Global, Module, type DynamicModule, type Provider } from '@nestjs/common';
import { DiscoveryModule } from '@nestjs/core';
import type { ChangeClass, ChangeFeature } from '../change/change-discovery.js';
import { noteTaken } from '../change/unprovided-changes.js';
import { adapterFaults, soundAdapters, type GivenAdapters } from './adapter-faults.js';
import { adapterProviders, adaptersOf } from './adapter-providers.js';
import { asyncFaults, featureFaults, ROOT_OPTIONS } from './call-faults.js';
import {
  FLAMINGOCK_AUDIT_STORE,
  FLAMINGOCK_FEATURE,
  FLAMINGOCK_RUNTIME,
  FLAMINGOCK_SETTINGS,
} from './flamingock.constants.js';
import type { FlamingockModuleAsyncOptions, FlamingockModuleOptions } from './flamingock-options.js';
import { coreProviders, settingsProviders } from './flamingock.providers.js';
import { optionFaults, optionsOf } from '../errors/option-names.js';
import { registrationProvider } from './registration.js';
import { FlamingockEvents } from '../reporting/event-publisher.js';
import { FlamingockFeatureModule } from './flamingock-feature.module.js';
import { FlamingockService } from './flamingock.service.js';
import { ProbeEndModule } from './probe-end.module.js';
import { ProbeHost } from './probe-host.js';

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
  static forRoot(options: FlamingockModuleOptions): DynamicModule {
    const { auditStore, targetSystems, ...settings } = optionsOf(options);
    const faults = optionFaults('FlamingockModule.forRoot()', options, ROOT_OPTIONS);
    const known = Object.fromEntries(Object.entries(settings).filter(([name]) => name in ROOT_OPTIONS));
    return root({ auditStore, targetSystems }, faults, [{ provide: FLAMINGOCK_SETTINGS, useValue: known }]);
  }

  /** Sets Flamingock up with settings that other providers know. */
  static forRootAsync(options: FlamingockModuleAsyncOptions): DynamicModule {
    const { auditStore, targetSystems, imports, ...source } = optionsOf(options);
    return root({ auditStore, targetSystems }, asyncFaults(options), settingsProviders(source), imports);
  }

  /** Registers changes as providers and names their stage. */
  static forFeature(options: FlamingockFeatureOptions): DynamicModule {
    const { stage = '', changes, imports = [] } = optionsOf(options);
    const classes = (Array.isArray(changes) ? changes : []).filter((type) => typeof type === 'function');
    noteTaken(classes);
    const feature: ChangeFeature = { stage, changes: classes, faults: featureFaults(options) };
    return {
      module: FlamingockFeatureModule,
      imports,
      providers: [{ provide: FLAMINGOCK_FEATURE, useValue: feature }, ...(classes as Provider[])],
    };
  }
}

function root(
  given: GivenAdapters,
  faults: readonly string[],
  settings: readonly Provider[],
  imports: FlamingockModuleAsyncOptions['imports'] = [],
): DynamicModule {
  const sound = soundAdapters(given);
  const adapters = adaptersOf(sound);
  return {
    module: FlamingockModule,
    imports: [
      DiscoveryModule,
      ProbeEndModule,
      ...imports,
      ...adapters.flatMap(({ definition }) => definition.imports ?? []),
    ],
    providers: [
      ...settings,
      registrationProvider(adapters, [...faults, ...adapterFaults(given)]),
      ...adapterProviders(adapters, sound),
      ...coreProviders,
    ],
    exports: [FlamingockService, FlamingockEvents, FLAMINGOCK_AUDIT_STORE, FLAMINGOCK_RUNTIME, ProbeHost],
  };
}
