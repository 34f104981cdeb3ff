import type { INestApplicationContext } from '@nestjs/common';
import { ModulesContainer } from '@nestjs/core';
import { describeError } from '../output/describe-error.js';
import type { MaskingLogger } from './masking-logger.js';

const STARTING = ['onModuleInit', 'onApplicationBootstrap'] as const;
const ENDING = ['onModuleDestroy', 'beforeApplicationShutdown', 'onApplicationShutdown'] as const;

type Hook = (signal?: string) => unknown;
type Hooked = Partial<Record<(typeof STARTING | typeof ENDING)[number], Hook>> & object;

/**
 * Closes an application that was never initialised: each of its hooks that end something is
 * called, also after one that fails. Hooks of providers that were never started may well fail.
 */
export async function closeWhole(app: INestApplicationContext, logger: MaskingLogger): Promise<void> {
  for (const instance of instancesOf(app)) {
    const startsItself = STARTING.some((name) => typeof instance[name] === 'function');
    const tell = (error: unknown) => {
      const text = `The application did not end in order: ${describeError(error)}`;
      if (startsItself) logger.debug(text, 'CommandModule');
      else logger.warn(text, 'CommandModule');
    };
    for (const name of ENDING) tolerate(instance, name, tell);
  }
  await app.close();
}

function instancesOf(app: INestApplicationContext): Set<Hooked> {
  const modules = [...app.get(ModulesContainer).values()];
  const wrappers = modules.flatMap(({ providers, controllers, injectables }) =>
    [providers, controllers, injectables].flatMap((some) => [...some.values()]),
  );
  const instances = wrappers.map(({ instance }) => instance);
  return new Set(instances.filter((one): one is Hooked => typeof one === 'object' && one !== null));
}

function tolerate(instance: Hooked, name: (typeof ENDING)[number], tell: (error: unknown) => void): void {
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
