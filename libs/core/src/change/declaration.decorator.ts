import { METADATA, type Declarations } from './change-metadata.js';

/** Declares one fact of a class. A second declaration is noted on the class, because it does not say which of the two holds. */
export function declaration(
  name: string,
  key: 'options' | 'targetSystem' | 'recovery',
  value: unknown,
): ClassDecorator {
  return (type) => {
    const declared = declarationsOf(type);
    if (Object.hasOwn(declared, key)) declared.repeated = [...new Set([...declared.repeated, name])];
    Object.assign(declared, { [key]: value });
  };
}

/** What the class itself has declared, and behind it what its base has. */
export function declarationsOf(type: object): Declarations {
  const own = Reflect.getOwnMetadata(METADATA.declarations, type) as Declarations | undefined;
  if (own) return own;
  const inherited = Reflect.getMetadata(METADATA.declarations, type) as Declarations | undefined;
  const made: Declarations = { repeated: [] };
  if (inherited) Object.setPrototypeOf(made, inherited);
  Reflect.defineMetadata(METADATA.declarations, made, type);
  return made;
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
