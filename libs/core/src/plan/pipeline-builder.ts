import type { ChangeDescriptor, ChangePlace } from '../change/change-descriptor.js';
import type { ChangeFault } from '../change/change.errors.js';
import { A_NAME, isName } from '../change/names.js';
import { nearMatches } from '../errors/near-matches.js';
import { createPipeline, type Pipeline } from './pipeline.js';

/** A pipeline, and what keeps the changes from forming one. */
export interface BuiltPipeline {
  readonly pipeline: Pipeline;
  readonly faults: readonly ChangeFault[];
}

/**
 * Puts changes into stages and in order. `declared`: names of the stages, in order, if
 * given. `faulty`: where those that cannot be described want to be.
 */
export function buildPipeline(
  service: string,
  changes: readonly ChangeDescriptor[],
  declared: readonly string[] | undefined,
  faulty: readonly ChangePlace[] = [],
): BuiltPipeline {
  const places = faulty.length > 0 ? [...changes, ...faulty] : changes;
  const used = [...new Set(places.map(({ stage }) => stage))].sort();
  const names = declared ? [...declared, ...used.filter((name) => !declared.includes(name))] : used;
  const stages = names.map((name) => ({ name, changes: inOrder(name, changes) }));
  const faults = [
    ...stageFaults(used, declared),
    ...duplicateIds(places),
    ...stages.flatMap(({ name, changes: own }) =>
      orderFaults(name, faulty.length > 0 ? inOrder(name, places) : own),
    ),
  ];
  return { pipeline: createPipeline(service, stages), faults };
}

function inOrder<T extends ChangePlace>(name: string, changes: readonly T[]): T[] {
  const own = changes.filter(({ stage }) => stage === name);
  return own.sort((a, b) => (a.order < b.order ? -1 : a.order > b.order ? 1 : 0));
}

function stageFaults(used: readonly string[], declared: readonly string[] | undefined): ChangeFault[] {
  const undeclared = used.filter((name) => !declared?.includes(name));
  const nameless = [...new Set([...(declared ?? []), ...used])]
    .filter((name) => !isName(name))
    .map((name) => ({
      where: 'stages',
      problem: `one is named ${JSON.stringify(name)}, and its name must be ${A_NAME}`,
      remedy: 'Give the stage such a name.',
    }));
  if (undeclared.length === 0 || (!declared && used.length < 2)) return nameless;
  const list = undeclared.map((name) => `"${name}"`).join(', ');
  return [
    ...nameless,
    {
      where: 'stages',
      problem: `${list} ${undeclared.length === 1 ? 'has' : 'have'} no place in the order of stages`,
      remedy:
        `Name every stage, in the order in which they run: FlamingockModule.forRoot({ stages: [${used.map((name) => `'${name}'`).join(', ')}] }).` +
        mistaken(undeclared, declared ?? [], used),
    },
  ];
}

/** Says which names of `stages` may be meant for one that has no place. */
function mistaken(
  undeclared: readonly string[],
  declared: readonly string[],
  used: readonly string[],
): string {
  return declared
    .filter((name) => !used.includes(name))
    .map((name) => ({ name, near: nearMatches(name, undeclared) }))
    .filter(({ near }) => near.length > 0)
    .map(({ name, near }) => ` stages names "${name}": did you mean "${near[0] ?? ''}"?`)
    .join('');
}

function duplicateIds(changes: readonly ChangePlace[]): ChangeFault[] {
  return duplicates(changes, ({ id }) => id).map(([id, group]) => ({
    where: classNames(group),
    problem: `have the same id "${id}"`,
    remedy: 'Give each its own: history knows a change by its id.',
  }));
}

function orderFaults(name: string, changes: readonly ChangePlace[]): ChangeFault[] {
  const where = `stage "${name}"`;
  const same = duplicates(changes, ({ order }) => order).map(([order, group]) => ({
    where: classNames(group),
    problem: `have the same order "${order}" in ${where}`,
    remedy: 'Give each its own place.',
  }));
  return [...same, ...misSorted(changes, where)];
}

/** Orders are compared as strings; where people would read them as numbers and sort otherwise, say so. */
function misSorted(places: readonly ChangePlace[], where: string): ChangeFault[] {
  const changes = places.filter(({ order }) => typeof order === 'string');
  // With their digits at the same places, texts sort as their numbers do.
  const common = shapeOf(changes[0]?.order ?? '');
  if (changes.every(({ order }) => common.test(order))) return [];
  const shapes = changes.map(({ order }) => order.replace(/\d/g, '0'));
  const index = changes.findIndex(({ order }, i) => {
    const next = changes[i + 1]?.order;
    return next !== undefined && shapes[i] !== shapes[i + 1] && readsLater(order, next);
  });
  const [first, second] = [changes[index], changes[index + 1]];
  if (!first || !second) return [];
  return [
    {
      where,
      problem: `order "${first.order}" (${first.className}) sorts before "${second.order}" (${second.className}), because orders are compared as strings`,
      remedy: 'Write all orders of a stage with the same width, such as 0009 and 0010.',
    },
  ];
}

/** Matches the texts that have digits at the same places, and the same length. */
function shapeOf(order: string): RegExp {
  return new RegExp(`^${order.replace(/[^]/g, (char) => (isDigit(char) ? '\\d' : '\\D'))}$`);
}

/**
 * True where `order` sorts before `next`, and the first numbers in which they differ say
 * otherwise. Of two texts of one width, digits that run into letters are no numbers (ULIDs).
 */
function readsLater(order: string, next: string): boolean {
  let start = 0;
  while (start < order.length && order[start] === next[start]) start += 1;
  while (isDigit(order[start - 1])) start -= 1;
  const [a, b] = [digitsAt(order, start), digitsAt(next, start)];
  if (a === '' || b === '' || Number(a) <= Number(b)) return false;
  const runsOn = [order[start + a.length], next[start + b.length]].some((char) => /[a-z]/i.test(char ?? ''));
  return order.length !== next.length || !runsOn;
}

function digitsAt(text: string, start: number): string {
  let end = start;
  while (isDigit(text[end])) end += 1;
  return text.slice(start, end);
}

function isDigit(char: string | undefined): boolean {
  return char !== undefined && char >= '0' && char <= '9';
}

/** Groups of more than one with the same key; what has no key is in none. */
function duplicates<T>(items: readonly T[], keyOf: (item: T) => unknown): [string, T[]][] {
  // Hardly ever has one a fault.
  if (new Set(items.map(keyOf)).size === items.length) return [];
  const groups = new Map<string, T[]>();
  for (const item of items) {
    const key = keyOf(item);
    if (typeof key !== 'string' || key === '') continue;
    const group = groups.get(key);
    if (group) group.push(item);
    else groups.set(key, [item]);
  }
  return [...groups].filter(([, group]) => group.length > 1);
}

function classNames(changes: readonly ChangePlace[]): string {
  return changes.map(({ className }) => className).join(' and ');
}
