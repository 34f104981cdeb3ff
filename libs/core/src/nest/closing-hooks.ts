import type { ModulesContainer } from '@nestjs/core';
import { tellStrayErrors } from '../runtime/unhandled-errors.js';
import { instancesOf } from './early-init.js';

const STARTING = ['onModuleInit', 'onApplicationBootstrap'] as const;
const CLOSING = ['onModuleDestroy', 'beforeApplicationShutdown', 'onApplicationShutdown'] as const;

type Hook = (signal?: string) => unknown;
type Hooked = Partial<Record<(typeof STARTING | typeof CLOSING)[number], Hook>> & object;

/**
 * Has every hook of an application that closes something be called, also after one that fails. For an application that
 * is closed before it was initialised, in a process that then ends: hooks of providers that were never started may
 * well fail, and what they began may fail where nobody listens.
 *
 * @param tell Is told of each failure, and whether it belongs to what would have started something in a hook.
 */
export function tolerateClosing(
  modules: ModulesContainer,
  tell: (error: unknown, startsItself: boolean) => void,
): void {
  tellStrayErrors((error) => tell(error, false));
  for (const instance of new Set([...modules.values()].flatMap(hookedIn))) {
    const startsItself = STARTING.some((name) => typeof instance[name] === 'function');
    for (const name of CLOSING) tolerate(instance, name, (error) => tell(error, startsItself));
  }
}

/** Calls those hooks as Nest does when an application is closed, for a caller that has no application. */
export async function callClosingHooks(modules: ModulesContainer): Promise<void> {
  // As Nest has it: from the root inwards, so that what others depend on is closed last.
  const fromRoot = [...modules.values()].sort((a, b) => a.distance - b.distance);
  for (const name of CLOSING)
    for (const module of fromRoot)
      await Promise.all(hookedIn(module).map(async (instance) => instance[name]?.()));
}

function hookedIn({ providers, controllers, injectables }: ModuleOf<ModulesContainer>): Hooked[] {
  const wrappers = [providers, controllers, injectables].flatMap((some) => [...some.values()]);
  return wrappers
    .flatMap(instancesOf)
    .filter((one): one is Hooked => typeof one === 'object' && one !== null);
}

type ModuleOf<C> = C extends Map<string, infer M> ? M : never;

function tolerate(instance: Hooked, name: (typeof CLOSING)[number], tell: (error: unknown) => void): void {
  const hook = instance[name];
  if (typeof hook !== 'function') return;
  const value: Hook = async (signal) => {
    try {
      await hook.call(instance, signal);
    } catch (error) {
      tell(error);
    }
  };
  Reflect.defineProperty(instance, name, { configurable: true, writable: true, value });
}
