import { AsyncLocalStorage } from 'node:async_hooks';
import { jest } from '@jest/globals';

/**
 * Watches the storage that is used next, and gives how often it was disabled: other specs of the same process have
 * storages of the same code, which end when theirs are collected.
 */
export function watchStorage(): () => number {
  const { prototype } = AsyncLocalStorage;
  const run = Reflect.get(prototype, 'run') as (...args: unknown[]) => unknown;
  let watched: unknown;
  // Not a mock, which would keep what it was called with.
  Reflect.set(prototype, 'run', function (this: unknown, ...args: unknown[]) {
    // eslint-disable-next-line @typescript-eslint/no-this-alias -- it is what is asked for
    watched = this;
    Reflect.set(prototype, 'run', run);
    return run.apply(this, args);
  });
  const disable = jest.spyOn(prototype, 'disable');
  return () => disable.mock.contexts.filter((storage) => storage === watched).length;
}
