import { types } from 'node:util';
import { guardedCallback } from './guarded-call.js';
import { guardedList, guardedObject } from './guarded-object.js';
import {
  isClass,
  isHandle,
  isObject,
  isPlain,
  isPlainPromise,
  isSimpleFunction,
  type Arrival,
  type Callable,
} from './handle.js';

/**
 * Wraps values so that each call of one of their methods first runs `check`, which
 * throws when the call must not be made. One wrapper per object and guard.
 *
 * What a wrapped object gives out by properties, calls and promises, and to callbacks, is wrapped as well if
 * something can be done by it. Data stays as it is, and so does what `isChecked` says is checked elsewhere.
 * A wrapper that is handed back arrives as the object itself.
 *
 * A refused method that gives promises rejects; where it is not known yet whether the call may be made,
 * it is made as soon as it is. Any other throws: the caller needs its value now and cannot wait.
 */
export function createGuard(
  check: () => void,
  isChecked: (value: object) => boolean = () => false,
): <T>(value: T) => T {
  const guard = new Guard(check, isChecked);
  return <T>(value: T): T => guard.wrap(value) as T;
}

/** How deep wrappers are looked for in lists and options that are handed back. */
const DEPTH = 2;

/** Gives wrappers, and remembers all that it has given. */
export class Guard {
  /** What is given for an object: its wrapper, or itself where it needs none. */
  private readonly wrappers = new WeakMap<object, object>();
  private readonly originals = new WeakMap<object, object>();
  private readonly callbacks = new WeakMap<object, Callable>();

  constructor(
    readonly check: () => void,
    private readonly isChecked: (value: object) => boolean,
  ) {}

  /** The wrapper of an object or function of any kind; any other value unchanged. */
  wrap(value: unknown): unknown {
    if (!isObject(value) || isClass(value)) return value;
    return (
      this.known(value) ?? this.remember(value, this.isChecked(value) ? value : guardedObject(this, value))
    );
  }

  /** The value that a caller gets for a value of a guarded object. */
  given(value: unknown, arrival: Arrival = 'now'): unknown {
    if (!isObject(value)) return value;
    return this.known(value) ?? this.remember(value, this.made(value, arrival));
  }

  /** What was given for an object before. */
  known(value: object): object | undefined {
    return this.originals.has(value) ? value : this.wrappers.get(value);
  }

  /** What is given for the object in a property. */
  property(value: object): unknown {
    const given = this.given(value);
    // Reading a property does not oblige the caller to await the promise in it.
    if (types.isPromise(given)) given.catch(() => undefined);
    return given;
  }

  /** The object behind a wrapper; anything else as it is. */
  original(value: unknown): unknown {
    return isObject(value) ? (this.originals.get(value) ?? value) : value;
  }

  /** An argument as the raw object gets it: a callback is given what it may use, too. */
  taken(arg: unknown): unknown {
    if (!isObject(arg)) return arg;
    return isSimpleFunction(arg) && !this.originals.has(arg)
      ? this.callback(arg)
      : this.unwrapped(arg, DEPTH);
  }

  /** With the objects behind wrappers that it has in lists and options, in a copy if there are any. */
  private unwrapped(value: unknown, depth: number): unknown {
    const original = this.original(value);
    if (original !== value || depth === 0 || !isPlain(value)) return original;
    const inside = Object.entries(value).flatMap(([key, one]) => {
      const raw = this.unwrapped(one, depth - 1);
      return raw === one ? [] : [[key, raw] as const];
    });
    if (inside.length === 0) return value;
    return Object.assign(
      Array.isArray(value) ? [...(value as unknown[])] : { ...value },
      Object.fromEntries(inside),
    );
  }

  /** The same one each time, so that a listener can be taken off. */
  private callback(raw: Callable): Callable {
    const callback = this.callbacks.get(raw) ?? guardedCallback(this, raw);
    this.callbacks.set(raw, callback);
    return callback;
  }

  private remember(value: object, wrapper: object): object {
    this.wrappers.set(value, wrapper);
    if (wrapper !== value) this.originals.set(wrapper, value);
    return wrapper;
  }

  private made(value: object, arrival: Arrival): object {
    if (isPlainPromise(value)) return value.then((settled) => this.given(settled, 'later'));
    if (!isHandle(value, arrival) || this.isChecked(value)) return value;
    return Array.isArray(value) ? guardedList(this, value, arrival) : guardedObject(this, value);
  }
}
