import type { FactoryProvider } from '@nestjs/common';
import { ModulesContainer } from '@nestjs/core';
import type { ChangeFeature } from '../change/change-discovery.js';
import { missingDependencies, type Adapter } from './adapter-providers.js';
import { FLAMINGOCK_FEATURE, FLAMINGOCK_REGISTRATION, FLAMINGOCK_SETTINGS } from './flamingock.constants.js';
import type { FlamingockSettings } from './flamingock-options.js';
import { InvalidOptionsError } from './nest.errors.js';
import { settingFaults } from './resolve-options.js';
import { countRoots, rootFaults } from './single-root.js';

/**
 * Checks what `forRoot` and every `forFeature` were given, all of it in one error, while Nest
 * still builds the application: Nest logs what fails there, once, and calls no hook.
 *
 * @param given What is wrong with the call itself.
 */
export function registrationProvider(
  adapters: readonly Adapter[],
  given: readonly string[],
): FactoryProvider {
  return {
    provide: FLAMINGOCK_REGISTRATION,
    inject: [ModulesContainer, FLAMINGOCK_SETTINGS],
    useFactory: (modules: ModulesContainer, settings: FlamingockSettings) =>
      refuse([
        ...rootFaults(modules),
        ...given,
        ...missingDependencies(adapters, modules),
        // What `flamingockConfig` adds is not there yet.
        ...settingFaults(settings),
        ...featuresOf(modules).flatMap(({ faults }) => faults ?? []),
      ]),
  };
}

/** Refuses the features of an application that nothing would apply. */
export const featureCheck: FactoryProvider = {
  provide: Symbol('flamingock:feature-check'),
  inject: [ModulesContainer],
  useFactory: (modules: ModulesContainer) => {
    if (countRoots(modules) > 0) return;
    const stages = [...new Set(featuresOf(modules).map(({ stage }) => JSON.stringify(stage)))].join(', ');
    refuse([
      `FlamingockModule.forFeature() is imported for ${stages}, and FlamingockModule.forRoot() is not, so that no change ` +
        'would be applied: import FlamingockModule.forRoot({ auditStore, targetSystems }) in the root module, with ' +
        'enabled: false where another application applies the changes',
    ]);
  },
};

/** What every `forFeature` of the application left in its module. */
export function featuresOf(modules: ModulesContainer): ChangeFeature[] {
  return [...modules.values()].flatMap(({ providers }) => {
    const feature = providers.get(FLAMINGOCK_FEATURE)?.instance as ChangeFeature | undefined;
    return feature ? [feature] : [];
  });
}

function refuse(faults: readonly string[]): void {
  if (faults.length > 0) throw new InvalidOptionsError(faults);
}
