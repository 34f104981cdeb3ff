import { LockUnconfirmedError } from './lock.errors.js';

/**
 * Wraps values so that each call of one of their methods first runs `check`, which
 * throws when the call must not be made. One wrapper per object and guard.
 *
 * Where that is not known yet, a method that gives a promise is called as soon as it is.
 * Any other is not called: whoever wants its value now cannot wait.
 *
 * Methods run on the raw object: private `#fields`, getters and built-ins such as
 * `Map` and `Date` do not work through a proxy.
 */
export function createGuard(check: () => void): <T>(value: T) => T {
  const wrappers = new WeakMap<object, object>();
  return <T>(value: T): T => {
    if (!isGuardable(value)) return value;
    const known = wrappers.get(value) ?? guardOne(value, check);
    wrappers.set(value, known);
    return known as T;
  };
}

type Callable = (...args: unknown[]) => unknown;

function isGuardable(value: unknown): value is object {
  if (typeof value === 'function') return !isClass(value);
  return typeof value === 'object' && value !== null;
}

function guardOne(raw: object, check: () => void): object {
  const bound = new WeakMap<object, Callable>();
  /** What was under a key the last time, to be given again without looking closer. */
  const given = new Map<PropertyKey, { readonly method: unknown; readonly call: Callable }>();
  const proxy = new Proxy(reportable(raw), {
    get(_, key) {
      const value: unknown = Reflect.get(raw, key, raw);
      const last = given.get(key);
      if (last !== undefined && last.method === value) return last.call;
      if (typeof value !== 'function' || isClass(value)) return value;
      const call = bound.get(value) ?? guardCall(value as Callable);
      bound.set(value, call);
      given.set(key, { method: value, call });
      return call;
    },
    set: (_, key, value) => Reflect.set(raw, key, value, raw),
    apply(_, self, args): unknown {
      try {
        check();
      } catch (error) {
        return onceKnown(error, isAsync(raw), () => Reflect.apply(proxy as Callable, self, args));
      }
      return Reflect.apply(raw as Callable, self, args);
    },
  });
  const guardCall = (method: Callable): Callable => {
    let isPatient: boolean | undefined = isAsync(method) || undefined;
    const call: Callable = (...args) => {
      try {
        check();
      } catch (error) {
        return onceKnown(error, isPatient, () => call(...args));
      }
      const result = method.apply(raw, args);
      isPatient ??= result instanceof Promise;
      // A fluent method gives back the object itself: the next call is guarded, too.
      return result === raw ? proxy : result;
    };
    return call;
  };
  return proxy;
}

/** Makes a refused call later where its caller can wait, and whether it may be made will be known. */
function onceKnown(refusal: unknown, isPatient: boolean | undefined, call: () => unknown): Promise<unknown> {
  if (!isPatient || !(refusal instanceof LockUnconfirmedError)) throw refusal;
  return refusal.known.then(call);
}

function isAsync(method: object): boolean {
  return Object.prototype.toString.call(method) === '[object AsyncFunction]';
}

/**
 * A proxy must report what is frozen in its target as it is, so the wrapper of an object
 * with frozen methods stands on a copy that has them unfrozen.
 */
function reportable(raw: object): object {
  const own = Object.getOwnPropertyDescriptors(raw) as Record<string, PropertyDescriptor>;
  const isFixed = ({ value, configurable, writable }: PropertyDescriptor) =>
    typeof value === 'function' && !configurable && !writable;
  if (!Object.values(own).some(isFixed)) return raw;
  for (const descriptor of Object.values(own)) descriptor.configurable = true;
  const copy = Object.defineProperties(typeof raw === 'function' ? () => undefined : {}, own);
  return Object.setPrototypeOf(copy, Object.getPrototypeOf(raw) as object | null) as object;
}

/** A class is a value to construct from, not a method; binding it would break `new` and statics. */
function isClass(value: object): boolean {
  return Object.getOwnPropertyDescriptor(value, 'prototype')?.writable === false;
}
