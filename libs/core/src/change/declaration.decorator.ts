import { METADATA } from './change-metadata.js';

/** Says one thing of a class. Said twice, the class keeps in mind that it was: which of the two holds is nobody's guess. */
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
  // What a decorator gives back would take the place of the class.
  return undefined as unknown as ClassDecorator;
}
