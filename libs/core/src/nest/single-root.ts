import type { ModulesContainer } from '@nestjs/core';
import { FLAMINGOCK_TARGET_SYSTEMS } from './flamingock.constants.js';
import { InvalidOptionsError } from './nest.errors.js';

/**
 * Refuses an application that imports `forRoot` or `forRootAsync` more than once: each of
 * them finds every change, and would apply it.
 *
 * @throws InvalidOptionsError
 */
export function assertSingleRoot(modules: ModulesContainer): void {
  const faults = rootFaults(modules);
  if (faults.length > 0) throw new InvalidOptionsError(faults);
}

/** Says so where there is more than one. */
export function rootFaults(modules: ModulesContainer): string[] {
  const count = countRoots(modules);
  if (count < 2) return [];
  return [
    `FlamingockModule.forRoot() or forRootAsync() is imported ${count} times, and each would apply every ` +
      'change: import one of them once, in the root module, and FlamingockModule.forFeature() everywhere else',
  ];
}

/** How many modules the application has that `forRoot` or `forRootAsync` made. */
export function countRoots(modules: ModulesContainer): number {
  return [...modules.values()].filter(({ providers }) => providers.has(FLAMINGOCK_TARGET_SYSTEMS)).length;
}
