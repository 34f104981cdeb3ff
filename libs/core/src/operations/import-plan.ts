import type { AuditSnapshot } from '../audit/audit-snapshot.js';
import { isApplied } from '../audit/audit-state.js';
import { appliedLegacy, legacyId, type ImportFacts } from '../audit/legacy.js';
import { MAX_NAME_LENGTH } from '../change/names.js';
import type { ChangeDescriptor } from '../change/change-descriptor.js';
import { entryOf } from '../plan/replaced.js';
import type { ForeignHistory, ForeignMigration } from '../target-system/foreign-history.js';

/** One entry that an import records. */
export interface ImportItem {
  readonly changeId: string;
  /** What the other tool calls it. */
  readonly name: string;
  readonly facts: ImportFacts;
  /** The change that replaces it; `undefined`: none does. */
  readonly change: ChangeDescriptor | undefined;
}

/** What is to be imported, from where, and what the code and our history know. */
export interface ImportInput {
  readonly tool: string;
  readonly targetSystem: string;
  /** The changes of that target system, in pipeline order. */
  readonly changes: readonly ChangeDescriptor[];
  readonly snapshot: AuditSnapshot;
  readonly history: ForeignHistory;
}

/** What an import would record. */
export interface PlannedImport {
  /** In the order in which the other tool has applied them. */
  readonly items: readonly ImportItem[];
  /** How many migrations are recorded already. */
  readonly known: number;
}

/** Longest checksum or time that is recorded. */
const MAX_FACT = 200;

/** Decides what an import records. Pure. */
export function planImport(input: ImportInput): PlannedImport {
  const { history, changes } = input;
  const replacing = replacingChanges(changes);
  const applied = new Set(history.migrations.map(({ name }) => name));
  const fresh = history.migrations.filter(({ name }) => !isRecorded(name, replacing.get(name), input));
  const items = fresh.flatMap((migration) =>
    itemsOf(migration, replacing.get(migration.name), applied, input),
  );
  return { items, known: history.migrations.length - fresh.length };
}

function replacingChanges(changes: readonly ChangeDescriptor[]): Map<string, ChangeDescriptor> {
  const pairs = changes.flatMap((change) => (change.replaces ?? []).map((name) => [name, change] as const));
  return new Map(pairs);
}

/** True where our history has it as applied, by an import or by an execution of the change that replaces it. */
function isRecorded(
  name: string,
  change: ChangeDescriptor | undefined,
  { snapshot, targetSystem }: ImportInput,
): boolean {
  if (appliedLegacy(snapshot, name, targetSystem)) return true;
  const entry = change && entryOf(change, snapshot);
  return entry !== undefined && isApplied(entry.state);
}

/**
 * A change that replaces one migration has its entry. One that replaces several has an entry with the last of them;
 * before it each of these has its own.
 */
function itemsOf(
  migration: ForeignMigration,
  change: ChangeDescriptor | undefined,
  applied: ReadonlySet<string>,
  { tool, targetSystem, history }: ImportInput,
): ImportItem[] {
  const { name } = migration;
  const facts = factsOf(tool, migration);
  const legacy: ImportItem = { changeId: legacyId(name, targetSystem), name, facts, change: undefined };
  if (!change) return [legacy];
  const item: ImportItem = { changeId: change.id, name, facts, change };
  const { replaces = [] } = change;
  if (replaces.length === 1) return [item];
  const last = history.migrations.findLast((one) => replaces.includes(one.name));
  const isWhole = replaces.every((one) => applied.has(one));
  return isWhole && last?.name === name ? [legacy, item] : [legacy];
}

function factsOf(tool: string, { name, appliedAt, checksum }: ForeignMigration): ImportFacts {
  return {
    tool,
    name: name.slice(0, MAX_NAME_LENGTH),
    ...(appliedAt !== undefined && { appliedAt: appliedAt.slice(0, MAX_FACT) }),
    ...(checksum !== undefined && { checksum: checksum.slice(0, MAX_FACT) }),
  };
}
