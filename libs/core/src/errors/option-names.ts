import { inspect } from 'node:util';
import { nearMatches } from './near-matches.js';

/** Every name that options of type `T` may have; the compiler sees to it that none is left out. */
export type OptionNames<T> = Readonly<Record<T extends unknown ? keyof T : never, true>>;

/**
 * What is wrong with the names in the options of `call`, which nothing else would tell where
 * the caller is not type-checked: a misspelt option is a setting that never applies.
 *
 * @param call As the caller writes it: `typeOrmTargetSystem('db')`.
 */
export function optionFaults<T>(call: string, options: unknown, names: OptionNames<T>): string[] {
  if (!isOptions(options)) return [`${call} takes its options as an object, not ${shown(options)}`];
  return Object.entries(options)
    .filter(([name, value]) => value !== undefined && !Object.hasOwn(names, name))
    .map(([name]) => `${call} has no option ${JSON.stringify(name)}${suggestion(name, Object.keys(names))}`);
}

/**
 * What to write instead of a name that is not known, to be put behind it.
 *
 * @param prefix What all names begin with: it makes none of them more alike.
 */
export function suggestion(name: string, known: readonly string[], prefix = ''): string {
  const bare = (one: string): string => one.slice(prefix.length);
  const near = nearMatches(bare(name), known.map(bare)).map((one) => prefix + one);
  return near.length > 0 ? `: did you mean ${near.join(' or ')}?` : `; there are ${known.join(', ')}`;
}

/** The options, or none where something else was passed. */
export function optionsOf<T extends object>(options: T): Partial<T> {
  return isOptions(options) ? options : {};
}

/** A value that should not be there, on one line. */
export function shown(value: unknown): string {
  if (typeof value === 'function') return value.name === '' ? 'a function' : value.name;
  if (typeof value === 'string') return JSON.stringify(value);
  return inspect(value, { depth: 0, breakLength: Infinity, maxStringLength: 60 });
}

function isOptions(options: unknown): options is object {
  return typeof options === 'object' && options !== null && !Array.isArray(options);
}

/** The values that are set: an `undefined` in a later layer does not take back what an earlier one says. */
export function withoutUndefined<T extends object>(values: T): { [K in keyof T]: Exclude<T[K], undefined> } {
  const set = Object.entries(values).filter(([, value]) => value !== undefined);
  return Object.fromEntries(set) as { [K in keyof T]: Exclude<T[K], undefined> };
}
