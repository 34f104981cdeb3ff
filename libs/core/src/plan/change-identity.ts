import type { AuditEntry } from '../audit/audit-entry.js';
import { isApplied } from '../audit/audit-state.js';
import { isLegacy } from '../audit/legacy.js';
import type { ChangeDescriptor } from '../change/change-descriptor.js';
import { isOtherCode, type ChangeSource } from '../change/fingerprint.js';
import type { PlannedChange } from './execution-plan.js';

/** A pending change that an applied one, which the code no longer has, was probably called before. */
export interface RenamedChange {
  readonly change: ChangeDescriptor;
  /** Last entry of the one that is applied. */
  readonly former: AuditEntry;
  /** What the two share, in words: `class AddSku`. */
  readonly shared: string;
}

/** An applied change that is not any more what was applied. */
export interface EditedChange {
  readonly changeId: string;
  /** What differs, in words: `author "ann", now "bob"`. */
  readonly differences: readonly string[];
}

/**
 * True for an entry about another change that happens to have the same id: one of another application. A change
 * whose target system, author or class alone was renamed is still the same.
 */
export function isForeign(entry: AuditEntry, { target, author, className }: ChangeDescriptor): boolean {
  return entry.targetSystem !== target.id && (entry.author !== author || entry.className !== className);
}

/**
 * Pending changes that were probably applied under another id: they have the class of an applied change that the
 * code no longer has, and its stage or target system; or its place. A class that several changes have tells nothing.
 */
export function renamedChanges(
  planned: readonly PlannedChange[],
  forgotten: readonly AuditEntry[],
): RenamedChange[] {
  const applied = forgotten.filter(({ state }) => isApplied(state));
  const pending = applied.length === 0 ? [] : planned.filter(({ entry }) => !entry);
  if (pending.length === 0) return [];
  const inCode = countOf(planned.map(({ change }) => change.className));
  const inHistory = countOf(applied.map(({ className }) => className));
  const isOnlyOne = (name: string) => inCode.get(name) === 1 && inHistory.get(name) === 1;
  return pending.flatMap(({ change }) => {
    for (const former of applied) {
      const shared = sharedBy(change, former, isOnlyOne);
      if (shared !== undefined) return [{ change, former, shared }];
    }
    return [];
  });
}

function sharedBy(
  { className, stage, order, target, source }: ChangeDescriptor,
  former: AuditEntry,
  isOnlyOne: (className: string) => boolean,
): string | undefined {
  const isNear = former.stage === stage || former.targetSystem === target.id;
  const isSame = isNear && former.className === className && isOnlyOne(className);
  if (isSame && isNamed(source)) return `class ${className}`;
  const isThere = former.stage === stage && former.order === order;
  return isThere ? `order "${order}" of stage "${stage}"` : undefined;
}

/** The applied changes among these that differ from what was applied. */
export function editedChanges(planned: readonly PlannedChange[]): EditedChange[] {
  return planned.flatMap(({ change, entry }) => {
    const differences = entry ? differencesOf(change, entry) : [];
    return differences.length === 0 ? [] : [{ changeId: change.id, differences }];
  });
}

/** Id of the change among these that was applied last. */
export function lastApplied(planned: readonly PlannedChange[]): string | undefined {
  const applied = planned.flatMap(({ entry }) => (entry && isApplied(entry.state) ? [entry] : []));
  return applied.sort((a, b) => a.seq - b.seq).at(-1)?.changeId;
}

/** What an applied change differs in from its last entry; nothing for one that is not applied. */
export function differencesOf(change: ChangeDescriptor, entry: AuditEntry): string[] {
  if (!isApplied(entry.state) || isForeign(entry, change) || isLegacy(entry)) return [];
  const facts: [what: string, recorded: string, now: string][] = [
    ['author', entry.author, change.author],
    ['stage', entry.stage, change.stage],
    ['order', entry.order, change.order],
    ['target system', entry.targetSystem, change.target.id],
    ['class', entry.className, isNamed(change.source) ? change.className : entry.className],
    ['transactional', String(entry.transactional), String(change.transactional)],
    ['recovery strategy', entry.recoveryStrategy, change.recovery],
  ];
  const differences = facts
    .filter(([, recorded, now]) => recorded !== now)
    .map(([what, recorded, now]) => `${what} ${JSON.stringify(recorded)}, now ${JSON.stringify(now)}`);
  return isOtherCode(entry, change.source) ? [...differences, 'the code of its methods'] : differences;
}

/** False where a minifier has named classes anew, so that one name says nothing about two builds. */
function isNamed(source: ChangeSource | undefined): boolean {
  return source?.code !== '';
}

function countOf(names: readonly string[]): Map<string, number> {
  const counts = new Map<string, number>();
  for (const name of names) counts.set(name, (counts.get(name) ?? 0) + 1);
  return counts;
}
