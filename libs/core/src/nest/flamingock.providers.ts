import { Logger, type FactoryProvider, type Provider } from '@nestjs/common';
import { ModuleRef } from '@nestjs/core';
import type { AdapterHost } from '../runtime/adapter-host.js';
import { adapterLimits } from '../runtime/limits.js';
import { nodeRuntime } from '../runtime/node-runtime.js';
import type { Runtime } from '../runtime/runtime.js';
import { FlamingockEvents } from '../reporting/event-publisher.js';
import { LoggerReporter } from './logger-reporter.js';
import { EarlyInit } from './early-init.js';
import { EngineFactory } from './engine-factory.js';
import { AlertHost } from './alert-host.js';
import { EngineHost } from './engine-host.js';
import { FlamingockBootstrap } from './flamingock.bootstrap.js';
import {
  FLAMINGOCK_ADAPTER_HOST,
  FLAMINGOCK_OVERRIDES,
  FLAMINGOCK_RUNTIME,
  FLAMINGOCK_SETTINGS,
} from './flamingock.constants.js';
import type {
  FlamingockModuleAsyncOptions,
  FlamingockSettings,
  FlamingockSettingsFactory,
} from './flamingock-options.js';
import { FlamingockService } from './flamingock.service.js';
import { ProbeHost } from './probe-host.js';
import { resolveProbe } from './probe-settings.js';
import { ProcessEnd } from './process-end.js';
import { SettingsInForce, settingsOf } from './settings-in-force.js';

/** Providers of every application, independent of its settings and adapters. */
export const coreProviders: readonly Provider[] = [
  { provide: FLAMINGOCK_RUNTIME, useValue: nodeRuntime },
  SettingsInForce,
  {
    provide: FLAMINGOCK_ADAPTER_HOST,
    inject: [FLAMINGOCK_RUNTIME, SettingsInForce],
    useFactory: (runtime: Runtime, settings: SettingsInForce): AdapterHost => ({
      runtime,
      get limits() {
        return adapterLimits(settings.options.timeouts);
      },
    }),
  },
  {
    provide: FlamingockEvents,
    useFactory: () =>
      new FlamingockEvents((error, event) =>
        new Logger('Flamingock').error(`A listener of "${event}" threw; the run goes on`, error),
      ),
  },
  {
    provide: ProbeHost,
    inject: [FLAMINGOCK_SETTINGS, FlamingockEvents, FLAMINGOCK_RUNTIME, ModuleRef],
    // What connections wait for is not waited for here, nor what `ConfigModule` loads: variables are read at once.
    useFactory: (
      settings: FlamingockSettings,
      events: FlamingockEvents,
      runtime: Runtime,
      moduleRef: ModuleRef,
    ): Promise<ProbeHost> => {
      const { probe, faults } = resolveProbe([settings, settingsOf(moduleRef, FLAMINGOCK_OVERRIDES)]);
      return ProbeHost.open(faults.length > 0 ? undefined : probe, events, runtime);
    },
  },
  LoggerReporter,
  EngineFactory,
  EarlyInit,
  EngineHost,
  AlertHost,
  FlamingockService,
  ProcessEnd,
  FlamingockBootstrap,
];

/** Where `forRootAsync` takes its settings from. */
export function settingsProviders(options: Partial<FlamingockModuleAsyncOptions>): Provider[] {
  const { useFactory, useClass, inject = [] } = options;
  if (useFactory) return [{ provide: FLAMINGOCK_SETTINGS, useFactory, inject } as FactoryProvider];
  const factory = useClass ?? options.useExisting;
  if (!factory) return [{ provide: FLAMINGOCK_SETTINGS, useValue: {} }];
  const settings: FactoryProvider = {
    provide: FLAMINGOCK_SETTINGS,
    useFactory: (made: FlamingockSettingsFactory) => made.createFlamingockSettings(),
    inject: [factory],
  };
  return useClass ? [useClass, settings] : [settings];
}
