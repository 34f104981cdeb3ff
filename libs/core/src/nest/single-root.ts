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
  const roots = [...modules.values()].filter(({ providers }) => providers.has(FLAMINGOCK_TARGET_SYSTEMS));
  if (roots.length < 2) return;
  throw new InvalidOptionsError([
    `FlamingockModule.forRoot() or forRootAsync() is imported ${roots.length} times, and each would apply every ` +
      'change: import one of them once, in the root module, and FlamingockModule.forFeature() everywhere else',
  ]);
}
