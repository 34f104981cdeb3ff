/**
 * Wraps values so that each call of one of their methods first runs `check`, which
 * throws when the call must not be made. One wrapper per object and guard.
 *
 * Methods run on the raw object: private `#fields`, getters and built-ins such as
 * `Map` and `Date` do not work through a proxy.
 */
export function createGuard(check: () => void): <T>(value: T) => T {
  const wrappers = new WeakMap<object, object>();
  return <T>(value: T): T => {
    if (!isGuardable(value)) return value;
    const known =
      wrappers.get(value) ??
      (typeof value === 'function' ? guardFunction(value, check) : guardObject(value, check));
    wrappers.set(value, known);
    return known as T;
  };
}

type Callable = (...args: unknown[]) => unknown;

function isGuardable(value: unknown): value is object | Callable {
  if (typeof value === 'function') return !isClass(value);
  return typeof value === 'object' && value !== null;
}

function guardObject(raw: object, check: () => void): object {
  const bound = new WeakMap<object, Callable>();
  return new Proxy(raw, {
    get(target, key) {
      const value: unknown = Reflect.get(target, key, target);
      if (typeof value !== 'function' || isClass(value) || isFixed(target, key)) return value;
      let call = bound.get(value);
      if (!call) {
        call = (...args) => {
          check();
          return (value as Callable).apply(target, args);
        };
        bound.set(value, call);
      }
      return call;
    },
    set: (target, key, value) => Reflect.set(target, key, value, target),
  });
}

function guardFunction(raw: object, check: () => void): object {
  return new Proxy(raw as Callable, {
    apply(target, self, args) {
      check();
      return Reflect.apply(target, self, args);
    },
  });
}

/** A class is a value to construct from, not a method; binding it would break `new` and statics. */
function isClass(value: object): boolean {
  return Object.getOwnPropertyDescriptor(value, 'prototype')?.writable === false;
}

/** A proxy must report a frozen property as it is. */
function isFixed(target: object, key: PropertyKey): boolean {
  const own = Object.getOwnPropertyDescriptor(target, key);
  return own?.configurable === false && own.writable === false;
}
