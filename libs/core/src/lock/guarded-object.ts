import { guardedCall, guardedThen } from './guarded-call.js';
import { isClass, isObject, isSimpleFunction, type Arrival, type Callable } from './handle.js';
import type { Guard } from './lock-guard.js';

/**
 * An object whose methods are called through the guard.
 *
 * They run on the raw object: private `#fields`, getters and built-ins such as `Map` and `Date` do not work
 * through a proxy.
 */
export function guardedObject(guard: Guard, raw: object): object {
  return new Proxy(reportable(raw), new GuardedObject(guard, raw as Readonly<Record<PropertyKey, unknown>>));
}

/** A list whose elements are guarded. */
export function guardedList(guard: Guard, raw: unknown[], arrival: Arrival): unknown[] {
  return new Proxy(Object.isFrozen(raw) ? [...raw] : raw, {
    get(_, key): unknown {
      const value: unknown = Reflect.get(raw, key, raw);
      return Object.hasOwn(raw, key) ? guard.given(value, arrival) : value;
    },
    set: (_, key, value) => Reflect.set(raw, key, guard.original(value), raw),
  });
}

/** What was given for the function under a key. */
interface Given {
  readonly key: PropertyKey;
  readonly value: Callable;
  readonly given: unknown;
}

class GuardedObject implements ProxyHandler<object> {
  private readonly functions = new Map<PropertyKey, Given>();
  /** The function that was given last, which is mostly the next one, too: a look-up costs a third of a call. */
  private last: Given | undefined;

  constructor(
    private readonly guard: Guard,
    private readonly raw: Readonly<Record<PropertyKey, unknown>>,
  ) {}

  get(_: object, key: PropertyKey): unknown {
    const value = this.raw[key];
    const { last } = this;
    if (last?.key === key && last.value === value) return last.given;
    if (typeof value === 'function') return (this.last = this.function(key, value as Callable)).given;
    return isObject(value) && key !== 'prototype' ? this.guard.property(value) : value;
  }

  has(_: object, key: PropertyKey): boolean {
    return key in this.raw;
  }

  set(_: object, key: PropertyKey, value: unknown): boolean {
    return Reflect.set(this.raw, key, this.guard.original(value), this.raw);
  }

  apply(_: object, self: unknown, args: unknown[]): unknown {
    return guardedCall(this.guard, this.raw as unknown as Callable, this.guard.original(self), args);
  }

  private function(key: PropertyKey, value: Callable): Given {
    const known = this.functions.get(key);
    if (known?.value === value) return known;
    const given = { key, value, given: this.guardedFunction(key, value) };
    this.functions.set(key, given);
    return given;
  }

  private guardedFunction(key: PropertyKey, value: Callable): unknown {
    const { guard, raw } = this;
    // What an object is an instance of stays comparable.
    if (key === 'constructor') return value;
    if (key === 'then') return guardedThen(guard, value, raw);
    if (!isSimpleFunction(value)) return guard.given(value);
    return (...args: unknown[]) => guardedCall(guard, value, raw, args);
  }
}

/**
 * A proxy must report what is fixed in its target as it is, so the wrapper of an object with
 * fixed members that are guarded stands on a copy that has them free.
 */
function reportable(raw: object): object {
  const own = Object.getOwnPropertyDescriptors(raw) as Record<string, PropertyDescriptor>;
  if (!Object.values(own).some(isFixed)) return raw;
  for (const descriptor of Object.values(own)) descriptor.configurable = true;
  const copy = Object.defineProperties(typeof raw === 'function' ? () => undefined : {}, own);
  return Object.setPrototypeOf(copy, Object.getPrototypeOf(raw) as object | null) as object;
}

function isFixed({ value, configurable, writable }: PropertyDescriptor): boolean {
  return isObject(value) && !isClass(value) && !configurable && !writable;
}
