import { Logger, type FactoryProvider, type InjectionToken, type Provider } from '@nestjs/common';
import { nodeRuntime } from '../node-runtime.js';
import { FlamingockEvents } from '../reporting/event-publisher.js';
import { LoggerReporter } from '../reporting/logger-reporter.js';
import type { TargetSystem } from '../target-system/target-system.js';
import type { RegisteredTargetSystem } from '../target-system/target-system.registry.js';
import type { AdapterDefinition } from './adapter-definition.js';
import { EarlyInit } from './early-init.js';
import { EngineFactory } from './engine-factory.js';
import { FlamingockBootstrap } from './flamingock.bootstrap.js';
import {
  FLAMINGOCK_AUDIT_STORE,
  FLAMINGOCK_RUNTIME,
  FLAMINGOCK_SETTINGS,
  FLAMINGOCK_TARGET_SYSTEMS,
} from './flamingock.constants.js';
import type {
  FlamingockAdapters,
  FlamingockModuleAsyncOptions,
  FlamingockSettingsFactory,
} from './flamingock-options.js';
import { FlamingockService } from './flamingock.service.js';

/** What every application gets, whatever its settings and adapters. */
export const coreProviders: readonly Provider[] = [
  { provide: FLAMINGOCK_RUNTIME, useValue: nodeRuntime },
  {
    provide: FlamingockEvents,
    useFactory: () =>
      new FlamingockEvents((error, event) =>
        new Logger('Flamingock').error(`A listener of "${event}" threw; the run goes on`, error),
      ),
  },
  LoggerReporter,
  EngineFactory,
  EarlyInit,
  FlamingockService,
  FlamingockBootstrap,
];

/** Has Nest build audit store and target systems from what they inject. */
export function adapterProviders({ auditStore, targetSystems }: FlamingockAdapters): Provider[] {
  const tokens = targetSystems.map(({ id }, index) => Symbol(`flamingock:target-system:${index}:${id}`));
  return [
    adapterProvider(FLAMINGOCK_AUDIT_STORE, auditStore),
    ...targetSystems.map((definition, index) => adapterProvider(tokens[index] ?? definition.id, definition)),
    {
      provide: FLAMINGOCK_TARGET_SYSTEMS,
      inject: tokens,
      useFactory: (...targets: TargetSystem[]): RegisteredTargetSystem[] =>
        targets.map((target, index) => ({ target, provide: targetSystems[index]?.provide ?? [] })),
    },
  ];
}

/** Where `forRootAsync` takes its settings from. */
export function settingsProviders(options: FlamingockModuleAsyncOptions): Provider[] {
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

function adapterProvider(
  provide: InjectionToken,
  { inject, useFactory }: AdapterDefinition<unknown>,
): Provider {
  return { provide, inject: inject ?? [], useFactory } as FactoryProvider;
}
