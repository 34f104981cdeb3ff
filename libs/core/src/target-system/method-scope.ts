import { detached, partOf, within } from '../runtime/async-frames.js';

/**
 * Gives all code that a change's method calls or begins the change's own resources: a hook asks which
 * scope its caller is part of. It stays in place for as long as a user has it installed, and
 * after that until no call of code that a change has begun can come any more.
 * For adapters whose driver has one method that everything goes through.
 */
export class MethodScope<S> {
  private readonly users = new Set<object>();
  private begun = 0;
  private remove: (() => void) | undefined;

  /** `hook` installs the hook where calls pass, and returns a function that removes it. */
  constructor(private readonly hook: (current: () => S | undefined) => () => void) {}

  /** Puts the hook in place, if no other user has done so. */
  install(user: object): void {
    this.users.add(user);
    this.remove ??= this.hook(() => partOf(this) as S | undefined);
  }

  /** Takes the hook off once its last user is gone, and with it all that was begun in a scope. */
  uninstall(user: object): void {
    this.users.delete(user);
    this.takeOff();
  }

  /** Calls `work` as part of `scope`, if a user has the hook installed. */
  run<T>(scope: S, work: () => T): T {
    if (!this.remove) return work();
    this.begun += 1;
    return within(this, scope, work, () => {
      this.begun -= 1;
      this.takeOff();
    });
  }

  /** Calls `work` as part of nothing, wherever this is called. */
  exit<T>(work: () => T): T {
    return detached(work);
  }

  private takeOff(): void {
    if (this.users.size > 0 || this.begun > 0) return;
    this.remove?.();
    this.remove = undefined;
  }
}

/**
 * Replaces a method of one object by what `replace` makes of it, which is given the
 * original, bound.
 *
 * @returns puts the original back, unless other code has replaced ours: a method that is called
 * outside every scope has to pass everything on.
 */
export function overrideMethod<K extends string, F extends (...args: never[]) => unknown>(
  host: Record<K, F>,
  method: K,
  replace: (original: F) => F,
): () => void {
  return overrideInherited(host, method, (original) => replace(original.bind(host) as F));
}

/**
 * As {@link overrideMethod}, for a method that others inherit: the original is not bound, to be called on
 * the object that the replacement is called on.
 */
export function overrideInherited<K extends string, F extends (this: never, ...args: never[]) => unknown>(
  host: Record<K, F>,
  method: K,
  replace: (original: F) => F,
): () => void {
  const before = Object.getOwnPropertyDescriptor(host, method);
  const replacement = replace(host[method]);
  host[method] = replacement;
  return () => {
    if (host[method] !== replacement) return;
    if (before) Object.defineProperty(host, method, before);
    else Reflect.deleteProperty(host, method);
  };
}
