import { METADATA } from './change-metadata.js';

/** Declares one fact of a class. A second declaration is noted on the class, because it does not say which of the two holds. */
export function declaration(name: string, key: string, value: unknown): ClassDecorator {
  return (type) => {
    if (Reflect.hasOwnMetadata(key, type)) {
      const known = (Reflect.getOwnMetadata(METADATA.repeated, type) ?? []) as string[];
      Reflect.defineMetadata(METADATA.repeated, [...new Set([...known, name])], type);
    }
    Reflect.defineMetadata(key, value, type);
  };
}

/**
 * For code that is not type-checked: a decorator without its parentheses is given the class itself, which then stands
 * where its options should, so that the fault can be told.
 */
export function unlessBare(given: unknown, decorator: ClassDecorator): ClassDecorator {
  if (typeof given !== 'function') return decorator;
  decorator(given);
  // A value that a class decorator returns would replace the class.
  return undefined as unknown as ClassDecorator;
}
