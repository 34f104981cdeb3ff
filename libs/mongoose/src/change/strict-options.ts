/** What Mongoose does with a field that the schema does not have: keep it (false), drop it (true), or refuse it. */
type Strictness = boolean | 'throw' | undefined;

/** The part of options that says so: of what is written, and of what is looked for. */
export interface StrictOptions {
  strict?: Strictness;
  strictQuery?: Strictness;
}

interface Hook {
  readonly insiders: Set<() => boolean>;
  readonly remove: () => void;
}

// Schemas and the options of all connections have more than one user; the entries live and die with them.
const hooks = new WeakMap<object, Map<keyof StrictOptions, Hook>>();

/**
 * Has an option that is `true` read as `'throw'` while `isInside`, of any of its users.
 *
 * @returns ends it
 */
export function throwWhereTrue(
  options: StrictOptions,
  name: keyof StrictOptions,
  isInside: () => boolean,
): () => void {
  if (!Object.hasOwn(options, name)) return () => undefined;
  const known = hooks.get(options) ?? new Map<keyof StrictOptions, Hook>();
  hooks.set(options, known);
  const hook = known.get(name) ?? hookOn(options, name);
  known.set(name, hook);
  hook.insiders.add(isInside);
  return () => {
    hook.insiders.delete(isInside);
    if (hook.insiders.size > 0 || known.get(name) !== hook) return;
    hook.remove();
    known.delete(name);
  };
}

function hookOn(options: StrictOptions, name: keyof StrictOptions): Hook {
  const insiders = new Set<() => boolean>();
  let value = options[name];
  const common = { configurable: true, enumerable: true };
  Object.defineProperty(options, name, {
    ...common,
    get: () => (value === true && [...insiders].some((isInside) => isInside()) ? 'throw' : value),
    set: (next: Strictness) => (value = next),
  });
  return {
    insiders,
    remove: () => void Object.defineProperty(options, name, { ...common, writable: true, value }),
  };
}
