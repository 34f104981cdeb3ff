/**
 * Replaces a method of an object of the application for as long as anybody needs that. Several
 * users share one replacement, which is taken off with the last of them.
 */
export class MethodHook<M extends (...args: never[]) => unknown> {
  private readonly users = new Set<object>();
  private remove: (() => void) | undefined;

  /** @param replace Makes the replacement from the original, which is bound to `object`. */
  constructor(
    private readonly object: object,
    private readonly name: string,
    private readonly replace: (original: M) => M,
  ) {}

  /** Puts the replacement in place, if no other user has done so. */
  install(user: object): void {
    this.users.add(user);
    this.remove ??= this.put();
  }

  /** Puts the original back once the last user is gone. */
  uninstall(user: object): void {
    this.users.delete(user);
    if (this.users.size > 0) return;
    this.remove?.();
    this.remove = undefined;
  }

  private put(): () => void {
    const { object, name } = this;
    const before = Object.getOwnPropertyDescriptor(object, name);
    const original = Reflect.get(object, name) as M;
    const hooked = this.replace(original.bind(object) as M);
    Reflect.set(object, name, hooked);
    return () => {
      // Somebody hooked on after us and still calls us: the replacement has to pass that on.
      if (Reflect.get(object, name) !== hooked) return;
      if (before) Object.defineProperty(object, name, before);
      else Reflect.deleteProperty(object, name);
    };
  }
}
