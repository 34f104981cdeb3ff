import type { ChangeDescriptor } from '../change/change-descriptor.js';
import type { ChangeFault } from '../change/change.errors.js';
import { createPipeline, type Pipeline, type Stage } from './pipeline.js';

/** A pipeline, or what keeps the changes from forming one. */
export interface BuiltPipeline {
  readonly pipeline: Pipeline;
  readonly faults: readonly ChangeFault[];
}

/** Puts changes into stages and in order. `declared`: names of the stages, in order, if given. */
export function buildPipeline(
  service: string,
  changes: readonly ChangeDescriptor[],
  declared: readonly string[] | undefined,
): BuiltPipeline {
  const used = [...new Set(changes.map(({ stage }) => stage))].sort();
  const names = declared ? [...declared, ...used.filter((name) => !declared.includes(name))] : used;
  const stages = names.map((name) => stageOf(name, changes));
  const faults = [...stageFaults(used, declared), ...duplicateIds(changes), ...stages.flatMap(orderFaults)];
  return { pipeline: createPipeline(service, stages), faults };
}

function stageOf(name: string, changes: readonly ChangeDescriptor[]): Stage {
  const own = changes.filter(({ stage }) => stage === name);
  return { name, changes: own.sort((a, b) => (a.order < b.order ? -1 : a.order > b.order ? 1 : 0)) };
}

function stageFaults(used: readonly string[], declared: readonly string[] | undefined): ChangeFault[] {
  const undeclared = used.filter((name) => !declared?.includes(name));
  if (undeclared.length === 0 || (!declared && used.length < 2)) return [];
  const list = undeclared.map((name) => `"${name}"`).join(', ');
  return [
    {
      where: 'stages',
      problem: `${list} ${undeclared.length === 1 ? 'has' : 'have'} no place in the order of stages`,
      remedy: `Name every stage, in the order in which they run: FlamingockModule.forRoot({ stages: [${used.map((name) => `'${name}'`).join(', ')}] }).`,
    },
  ];
}

function duplicateIds(changes: readonly ChangeDescriptor[]): ChangeFault[] {
  return duplicates(changes, ({ id }) => id).map(([id, group]) => ({
    where: classNames(group),
    problem: `have the same id "${id}"`,
    remedy: 'Give each its own: history knows a change by its id.',
  }));
}

function orderFaults({ name, changes }: Stage): ChangeFault[] {
  const where = `stage "${name}"`;
  const same = duplicates(changes, ({ order }) => order).map(([order, group]) => ({
    where: classNames(group),
    problem: `have the same order "${order}" in ${where}`,
    remedy: 'Give each its own place.',
  }));
  return [...same, ...misSorted(changes, where)];
}

/** Orders are compared as strings; where people would read them as numbers and sort otherwise, say so. */
function misSorted(changes: readonly ChangeDescriptor[], where: string): ChangeFault[] {
  const asPeopleRead = new Intl.Collator('en', { numeric: true });
  const index = changes.findIndex((change, i) => {
    const next = changes[i + 1];
    return next !== undefined && asPeopleRead.compare(change.order, next.order) > 0 && /\d/.test(next.order);
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

function duplicates<T>(items: readonly T[], keyOf: (item: T) => string): [string, T[]][] {
  const groups = new Map<string, T[]>();
  for (const item of items) groups.set(keyOf(item), [...(groups.get(keyOf(item)) ?? []), item]);
  return [...groups].filter(([, group]) => group.length > 1);
}

function classNames(changes: readonly ChangeDescriptor[]): string {
  return changes.map(({ className }) => className).join(' and ');
}
