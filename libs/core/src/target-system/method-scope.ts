import { AsyncLocalStorage } from 'node:async_hooks';

/**
 * Gives everything that happens inside a change's method the change's own resources: for as
 * long as somebody has it installed, a hook asks what the code that calls it is part of.
 * For adapters whose driver has one method that everything goes through.
 */
export class MethodScope<S> {
  private readonly current = new AsyncLocalStorage<S | undefined>();
  private readonly users = new Set<object>();
  private remove: (() => void) | undefined;

  /** `hook` puts the hook where calls pass, and gives back what takes it off again. */
  constructor(private readonly hook: (current: () => S | undefined) => () => void) {}

  /** Puts the hook in place, if no other user has done so. */
  install(user: object): void {
    this.users.add(user);
    this.remove ??= this.hook(() => this.current.getStore());
  }

  /**
   * Takes the hook off once its last user is gone, and forgets every scope: before Node 24 a
   * storage that was ever used slows every promise of the process down until it is disabled.
   */
  uninstall(user: object): void {
    this.users.delete(user);
    if (this.users.size > 0) return;
    this.remove?.();
    this.remove = undefined;
    this.current.disable();
  }

  /** Calls `work` as part of `scope`, if anybody has the hook installed. */
  run<T>(scope: S, work: () => T): T {
    return this.remove ? this.current.run(scope, work) : work();
  }

  /** Calls `work` as part of nothing, wherever this is called. */
  exit<T>(work: () => T): T {
    return this.remove ? this.current.run(undefined, work) : work();
  }
}

/**
 * Replaces a method of one object by what `replace` makes of it, which is given the
 * original, bound.
 *
 * @returns puts the original back, unless somebody replaced ours: a method that is called
 * outside every scope has to pass everything on.
 */
export function overrideMethod<K extends string, F extends (...args: never[]) => unknown>(
  host: Record<K, F>,
  method: K,
  replace: (original: F) => F,
): () => void {
  const before = Object.getOwnPropertyDescriptor(host, method);
  const replacement = replace(host[method].bind(host) as F);
  host[method] = replacement;
  return () => {
    if (host[method] !== replacement) return;
    if (before) Object.defineProperty(host, method, before);
    else Reflect.deleteProperty(host, method);
  };
}
