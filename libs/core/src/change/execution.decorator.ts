import { OPTIONAL_DEPS_METADATA, SELF_DECLARED_DEPS_METADATA } from '@nestjs/common/constants.js';
import { declarationsOf } from './declaration.decorator.js';
import { METADATA, type MethodMetadata, type ParameterMetadata } from './change-metadata.js';

/** Marks the method that applies the change. Exactly one per change. */
export function Execution(...given: []): MethodDecorator {
  return changeMethod('execution', given);
}

/**
 * Marks the method that takes the change back: after a failure where no transaction
 * does it, and when an operator undoes the change. At most one per change.
 */
export function RollbackExecution(...given: []): MethodDecorator {
  return changeMethod('rollback', given);
}

/**
 * Marks the method that says how much of the change is in its target system: it returns a {@link Verdict}, or a promise
 * of one. It reads, and never writes. The engine asks it where the history cannot know, so that no person has to look:
 * after a crash or a failure of a change without a transaction. It is given what the other methods are given. At most
 * one per change.
 */
export function Verify(...given: []): MethodDecorator {
  return changeMethod('verification', given);
}

function changeMethod(kind: MethodMetadata['kind'], given: readonly unknown[]): MethodDecorator {
  const decorate = (owner: object, key: string | symbol): void => {
    const name = typeof key === 'symbol' ? (key.description ?? String(key)) : key;
    // A static method's decorator gets the class, any other's the prototype.
    const isStatic = typeof owner === 'function';
    const type = isStatic ? owner : owner.constructor;
    const types = Reflect.getMetadata('design:paramtypes', owner, key) as unknown[] | undefined;
    const method: MethodMetadata = {
      kind,
      key,
      name,
      parameters: claimParameters(owner, key, types),
      isStatic,
      given,
      typed: types !== undefined,
    };
    const declared = declarationsOf(type);
    const others = (declared.methods ?? []).filter((other) => other.key !== key || other.kind !== kind);
    declared.methods = [...others, method];
  };
  // Written without parentheses it is the decorator itself, and its return value would replace the method's descriptor.
  if (!isBare(given)) return decorate;
  decorate(given[0] as object, given[1] as string | symbol);
  return undefined as unknown as MethodDecorator;
}

/** True for what a compiler hands to a decorator of a method. */
export function isBare([owner, key, descriptor]: readonly unknown[]): boolean {
  const isKey = typeof key === 'string' || typeof key === 'symbol';
  return ['object', 'function'].includes(typeof owner) && isKey && typeof descriptor === 'object';
}

/**
 * Nest keeps a method parameter's `@Inject` and `@Optional` on the prototype without
 * the method's name. Parameter decorators run right before the method's own, so what
 * lies there now is this method's: take it, and leave nothing for the next.
 */
function claimParameters(
  prototype: object,
  key: string | symbol,
  types: unknown[] | undefined,
): ParameterMetadata[] {
  const injected = claim<{ index: number; param: unknown }>(SELF_DECLARED_DEPS_METADATA, prototype);
  const optional = claim<number>(OPTIONAL_DEPS_METADATA, prototype);
  const unguarded = (Reflect.getOwnMetadata(METADATA.unguarded, prototype, key) ?? []) as number[];
  const declared = (prototype as Record<string | symbol, { length: number }>)[key]?.length ?? 0;
  const count = types?.length ?? Math.max(declared, ...injected.map(({ index }) => index + 1));
  return Array.from({ length: count }, (_, index) => ({
    index,
    type: types?.[index],
    token: tokenAt(injected, index),
    optional: optional.includes(index),
    unguarded: unguarded.includes(index),
  }));
}

/** Without a token, Nest takes the type of the method itself, which is `Function`: no token either. */
function tokenAt(injected: readonly { index: number; param: unknown }[], index: number): unknown {
  const token = injected.find((dependency) => dependency.index === index)?.param;
  return token === Function ? undefined : token;
}

function claim<T>(key: string, prototype: object): T[] {
  const entries = (Reflect.getOwnMetadata(key, prototype) ?? []) as T[];
  Reflect.deleteMetadata(key, prototype);
  return entries;
}
