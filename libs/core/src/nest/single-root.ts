import type { ModulesContainer } from '@nestjs/core';
import { FLAMINGOCK_TARGET_SYSTEMS } from './flamingock.constants.js';

/** Says so where `forRoot` or `forRootAsync` is imported more than once: each would find every change, and apply it. */
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
