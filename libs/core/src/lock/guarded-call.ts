import { types } from 'node:util';
import { isAsyncFunction, isObject, type Callable } from './handle.js';
import type { Guard } from './lock-guard.js';
import { LockUnconfirmedError } from './lock.errors.js';

// Methods that have returned a promise: they are refused by a rejection. An entry lives as long as its function.
const givesPromises = new WeakSet<object>();

/** Calls a method if the guard's check allows it, and guards its result. */
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

/** The `then` of an object that is no promise, such as a query, which may begin its work only when `then` is called. */
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

/** A callback whose arguments are guarded. Its result is passed on unchanged. */
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
  // An argument that the method returns comes back as the caller passed it.
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
  // The change fails with it, so the caller need not await the call as well.
  refusal.catch(() => undefined);
  return refusal;
}
