import type { ChangeClass } from './change-discovery.js';

/** For the copies of this package that a process may have. */
const KEY = Symbol.for('flamingock:unprovided-changes');

/** Classes with `@Change` that no application of the process has taken in yet. */
interface Unprovided {
  readonly loaded: Set<WeakRef<ChangeClass>>;
  readonly taken: WeakSet<ChangeClass>;
}

/** Notes a class that is loaded. Nothing here keeps it from being collected. */
export function noteLoaded(type: ChangeClass): void {
  unprovided().loaded.add(new WeakRef(type));
}

/** Notes classes that some application of the process lists or provides: none of the others lacks them. */
export function noteTaken(types: readonly ChangeClass[]): void {
  for (const type of types) unprovided().taken.add(type);
}

/** The loaded classes that no application of the process has taken. */
export function leftOver(): ChangeClass[] {
  const { loaded, taken } = unprovided();
  const left: ChangeClass[] = [];
  for (const reference of loaded) {
    const type = reference.deref();
    if (type && !taken.has(type)) left.push(type);
    else loaded.delete(reference);
  }
  return left;
}

function unprovided(): Unprovided {
  const known = Reflect.get(globalThis, KEY) as Unprovided | undefined;
  if (known) return known;
  const made: Unprovided = { loaded: new Set(), taken: new WeakSet() };
  Reflect.set(globalThis, KEY, made);
  return made;
}
