import { isApplied } from '../audit/audit-state.js';
import { importFactsOf, isTakenBack } from '../audit/legacy.js';
import type { ChangeDescriptor } from '../change/change-descriptor.js';
import { cliCommand } from '../errors/commands.js';
import { A_NAME, isName } from '../change/names.js';
import { entryOf } from '../plan/replaced.js';
import type { ImportInput, ImportItem } from './import-plan.js';

/** Most entries of one import, which is one append: a store may keep them in one document until they are in place. */
const MOST = 5_000;

/** Everything that speaks against an import, in sentences. */
export function importFaults(input: ImportInput, items: readonly ImportItem[]): string[] {
  return [
    ...input.history.faults,
    ...nameFaults(input, items),
    ...twiceReplaced(input),
    ...partlyReplaced(input),
    ...gaps(input, items),
    ...contradictions(input, items),
    ...revoked(input),
    ...(items.length > MOST
      ? [`It has ${items.length} migrations to record, and ${MOST} can be at once.`]
      : []),
  ];
}

function nameFaults({ history, changes, tool }: ImportInput, items: readonly ImportItem[]): string[] {
  const names = history.migrations.map(({ name }) => name);
  const seen = new Set<string>();
  const twice = new Set(names.filter((name) => seen.size === seen.add(name).size));
  const ids = new Set(changes.map(({ id }) => id));
  return [
    ...[...twice].map(
      (name) => `${quoted(name)} is there more than once. Delete the rows that are too many.`,
    ),
    ...items
      .filter(({ changeId }) => !isName(changeId))
      .map(
        ({ name, changeId }) => `${quoted(name)} cannot be recorded: ${quoted(changeId)} must be ${A_NAME}.`,
      ),
    ...items
      .filter(({ name, change }) => !change && ids.has(name))
      .map(
        ({ name }) =>
          `Change ${quoted(name)} has the name of a migration of ${tool}, and does not say that it is the same. ` +
          `Write @Change({ …, replaces: ${quoted(name)} }), or give the change another id.`,
      ),
  ];
}

function twiceReplaced({ changes }: ImportInput): string[] {
  const byName = new Map<string, string[]>();
  for (const { id, replaces = [] } of changes)
    for (const name of replaces) byName.set(name, [...(byName.get(name) ?? []), id]);
  return [...byName]
    .filter(([, ids]) => ids.length > 1)
    .map(
      ([name, ids]) =>
        `${quoted(name)} is replaced by ${ids.map(quoted).join(' and ')}. Leave it in the \`replaces\` of one.`,
    );
}

function partlyReplaced({ changes, history, tool }: ImportInput): string[] {
  const applied = new Set(history.migrations.map(({ name }) => name));
  return changes.flatMap(({ id, replaces = [] }) => {
    const missing = replaces.filter((name) => !applied.has(name));
    if (missing.length === 0 || missing.length === replaces.length) return [];
    return [
      `Change "${id}" replaces ${replaces.length} migrations, and ${missing.map(quoted).join(', ')} of them ` +
        `${missing.length === 1 ? 'is' : 'are'} not applied. Apply the rest with ${tool}, or make it a change of its own.`,
    ];
  });
}

/** Changes that replace what is not applied, with a later one of their target system that is imported now. */
function gaps({ changes, snapshot, history, tool }: ImportInput, items: readonly ImportItem[]): string[] {
  const imported = new Set(items.map(({ change }) => change));
  const last = changes.findLast((change) => imported.has(change));
  if (!last) return [];
  const names = new Set(history.migrations.map(({ name }) => name));
  const isPending = (change: ChangeDescriptor): boolean => {
    const entry = entryOf(change, snapshot);
    return !change.replaces?.some((name) => names.has(name)) && !(entry && isApplied(entry.state));
  };
  return changes
    .slice(0, changes.indexOf(last))
    .filter((change) => change.replaces && isPending(change))
    .map(
      ({ id, replaces = [] }) =>
        `${replaces.map(quoted).join(', ')} (change "${id}") is not applied, and "${last.id}", which comes ` +
        `after it, is. Apply it with ${tool}, or give the change an order after "${last.id}".`,
    );
}

/** What our history says of the changes that are to be recorded as applied. */
function contradictions({ snapshot, tool }: ImportInput, items: readonly ImportItem[]): string[] {
  return items.flatMap(({ changeId, name }) => {
    const entry = snapshot.get(changeId);
    if (!entry || isTakenBack(entry)) return [];
    return [
      `${tool} has ${quoted(name)} as applied, and our history has change "${changeId}" in state ${entry.state}, as ` +
        `entry ${entry.seq}. See which is true: ${cliCommand(`audit list --history`)}`,
    ];
  });
}

/** What was imported before, and is not there any more. */
function revoked({ snapshot, history, tool, targetSystem }: ImportInput): string[] {
  const names = new Set(history.migrations.map(({ name }) => name));
  return [...snapshot.values()].flatMap((entry) => {
    const facts = importFactsOf(entry);
    const isOurs = facts.tool === tool && entry.targetSystem === targetSystem && isApplied(entry.state);
    if (!isOurs || facts.name === undefined || names.has(facts.name)) return [];
    return [
      `${quoted(facts.name)} was imported before, as entry ${entry.seq}, and ${tool} does not have it any more. ` +
        `If it was reverted, apply it again with ${tool}; if only its row is gone, put the row back.`,
    ];
  });
}

function quoted(text: string): string {
  return JSON.stringify(text);
}
