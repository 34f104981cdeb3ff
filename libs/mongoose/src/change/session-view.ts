import type { mongo } from 'mongoose';

/**
 * A session as one user of it sees it: itself, but for `overrides`. What else is set on a
 * view by a symbol stays its own, for Mongoose keeps notes there. `isAsked` is told of each member that is read.
 */
export function sessionView(
  session: mongo.ClientSession,
  overrides: object,
  isAsked?: (key: PropertyKey) => void,
): mongo.ClientSession {
  return new Proxy(session, {
    get(target, key): unknown {
      isAsked?.(key);
      return Object.hasOwn(overrides, key) ? Reflect.get(overrides, key) : Reflect.get(target, key, target);
    },
    set: (target, key, value) =>
      typeof key === 'symbol' ? Reflect.set(overrides, key, value) : Reflect.set(target, key, value, target),
  });
}
