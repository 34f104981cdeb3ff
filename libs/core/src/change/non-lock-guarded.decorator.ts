import { METADATA } from './change-metadata.js';

/**
 * Hands a parameter over as it is. Without it, objects given to a non-transactional
 * change check the lock before each method call.
 */
export function NonLockGuarded(): ParameterDecorator {
  return (prototype, method, index) => {
    if (method === undefined) return;
    const own = Reflect.getOwnMetadata(METADATA.unguarded, prototype, method) as number[] | undefined;
    Reflect.defineMetadata(METADATA.unguarded, [...(own ?? []), index], prototype, method);
  };
}
