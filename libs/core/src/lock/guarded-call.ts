import { types } from 'node:util';
import { isAsyncFunction, isObject, type Callable } from './handle.js';
import type { Guard } from './lock-guard.js';
import { LockUnconfirmedError } from './lock.errors.js';

// How a method is refused follows from what it gives. The entry lives and dies with the function.
const givesPromises = new WeakSet<object>();

/** Calls a method if the guard's check lets it pass, and guards what it gives. */
export function guardedCall(guard: Guard, method: Callable, receiver: unknown, args: unknown[]): unknown {
  try {
    guard.check();
  } catch (error) {
    return refused(error as Error, guard, method, receiver, args);
  }
  for (let index = 0; index < args.length; index += 1) args[index] = guard.taken(args[index]);
  const result = method.apply(receiver, args);
  return isObject(result) ? given(guard, method, result, args) : result;
}

/** The `then` of what is no promise, which may do what it stands for only now. */
export function guardedThen(guard: Guard, then: Callable, receiver: object): Callable {
  givesPromises.add(then);
  return (...callbacks) => {
    const settled = new Promise((resolve, reject) => {
      const called = guardedCall(guard, then, receiver, [resolve, reject]);
      Promise.resolve(called).catch(reject);
    });
    return settled.then(...(callbacks as Parameters<Promise<unknown>['then']>));
  };
}

/** A callback that is given what it may use. What it gives back arrives as it is. */
export function guardedCallback(guard: Guard, callback: Callable): Callable {
  const wrapper = function (this: unknown, ...args: unknown[]): unknown {
    const given = args.map((one) => guard.given(one, 'later'));
    return guard.original(callback.apply(guard.given(this, 'later'), given));
  };
  // Some libraries look at these.
  return Object.defineProperties(wrapper, {
    length: { value: callback.length },
    toString: { value: () => callback.toString() },
  });
}

function given(guard: Guard, method: Callable, result: object, args: readonly unknown[]): unknown {
  // What it was handed it gives back as it was.
  if (args.includes(result)) return guard.known(result) ?? result;
  if (types.isPromise(result)) givesPromises.add(method);
  return guard.given(result);
}

function refused(
  error: Error,
  guard: Guard,
  method: Callable,
  receiver: unknown,
  args: unknown[],
): Promise<unknown> {
  if (!isAsyncFunction(method) && !givesPromises.has(method)) throw error;
  const refusal =
    error instanceof LockUnconfirmedError
      ? error.known.then(() => guardedCall(guard, method, receiver, args))
      : Promise.reject(error);
  // The change fails with it; nobody has to await the call as well.
  refusal.catch(() => undefined);
  return refusal;
}
