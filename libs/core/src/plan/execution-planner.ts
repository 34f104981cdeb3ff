import type { AuditEntry } from '../audit/audit-entry.js';
import type { AuditSnapshot } from '../audit/audit-snapshot.js';
import { NewerEntryError } from '../audit/audit.errors.js';
import { isApplied, isSettledState } from '../audit/audit-state.js';
import { importFactsOf, isLegacy } from '../audit/legacy.js';
import { isRename, renamingOf } from '../audit/renaming.js';
import type { RecordedSteps } from '../audit/step-records.js';
import { unknownValue } from '../audit/unknown-values.js';
import type { ChangeDescriptor } from '../change/change-descriptor.js';
import { decide, decideFor, isUncertain, type Decision } from '../recovery/recovery-decision.js';
import { heldBack, NO_HOLD, type HoldFacts } from '../recovery/hold-back.js';
import { stepsToGoOnFrom } from '../recovery/step-decision.js';
import { isTransactional } from '../target-system/target-system.js';
import { isForeign, renamedChanges } from './change-identity.js';
import type { ExecutionPlan, PlannedChange, PlannedStage } from './execution-plan.js';
import type { Pipeline, Stage } from './pipeline.js';
import { entryOf, missingOf } from './replaced.js';

/**
 * Decides what a run would do. Pure: equal pipeline, history and facts give an equal plan.
 *
 * @param hold By default as if no change were held back.
 *
 * @throws NewerEntryError where the entry that decides about a change says what this version does not know.
 */
export function planExecution(
  { service, stages }: Pipeline,
  snapshot: AuditSnapshot,
  hold = NO_HOLD,
): ExecutionPlan {
  const planned = stages.map((stage) => planStage(stage, snapshot, hold));
  const changes = planned.flatMap((stage) => stage.changes);
  const known = new Set(changes.map(({ change }) => change.id));
  const others = [...snapshot.values()].filter((entry) => !known.has(entry.changeId) && !isRename(entry));
  const [legacy, forgotten] = [others.filter(isLegacy), others.filter((entry) => !isLegacy(entry))];
  return {
    service,
    renaming: renamingOf(snapshot),
    stages: planned,
    outOfOrder: planned.flatMap(overtaken),
    foreign: changes.filter(({ change, entry }) => entry && isForeign(entry, change)),
    renamed: renamedChanges(changes, forgotten),
    partlyReplaced: changes.flatMap(({ change }) => {
      const missing = missingOf(change, snapshot);
      return missing.length > 0 ? [{ change, missing }] : [];
    }),
    unknown: forgotten.filter(({ state }) => isApplied(state)).map(({ changeId }) => changeId),
    legacy: legacy.filter(({ state }) => isApplied(state)).map(({ changeId }) => changeId),
    unfinished: forgotten.filter(isUnfinished).map(({ changeId }) => changeId),
    hasWork: changes.some(({ action }) => action !== 'SKIP'),
  };
}

function planStage({ name, changes }: Stage, snapshot: AuditSnapshot, hold: HoldFacts): PlannedStage {
  return {
    name,
    changes: changes.map((change) => {
      const entry = entryOf(change, snapshot);
      const steps = entry && stepsToGoOnFrom(entry, snapshot.steps?.get(entry.changeId));
      const known = { change, entry, ...(steps && { steps }) };
      const decided = { ...known, ...decideChange(change, entry, missingOf(change, snapshot), steps) };
      const held = heldBack(decided, hold);
      const approval = held.action === 'SKIP' ? undefined : hold.approvals?.get(change.id);
      const planned = held.action === 'WAIT' ? { ...known, ...held } : { ...decided, ...held };
      return approval ? { ...planned, approval } : planned;
    }),
  };
}

/** One in words of a newer version is that version's affair: this one has nothing to do with it. */
function isUnfinished(entry: AuditEntry): boolean {
  return unknownValue(entry) === undefined && !isSettledState(entry.state);
}

function decideChange(
  change: ChangeDescriptor,
  entry: AuditEntry | undefined,
  missing: readonly string[],
  steps: RecordedSteps | undefined,
): Pick<PlannedChange, keyof Decision | 'isAsked'> {
  if (missing.length > 0) return { action: 'MANUAL_INTERVENTION', reason: partlyReplacedReason(missing) };
  if (!entry) return decide(undefined, change.recovery);
  const value = unknownValue(entry);
  if (value !== undefined) throw new NewerEntryError(change.id, entry.seq, value);
  if (isForeign(entry, change)) {
    const { className, targetSystem, author } = entry;
    const other = `class ${className} of ${author} on target system "${targetSystem}"`;
    return { action: 'MANUAL_INTERVENTION', reason: `its id is recorded for another change: ${other}` };
  }
  const decision = decideFor(change, entry, steps);
  if ((change.verification ?? steps) && isUncertain(entry)) return { ...decision, isAsked: true };
  const { tool, name } = importFactsOf(entry);
  if (decision.action === 'SKIP' && tool !== undefined && name !== undefined)
    return { action: 'SKIP', reason: `applied by ${tool} as "${name}"` };
  if (decision.action !== 'RECONCILE' || canTell(change, entry)) return decision;
  return {
    action: 'MANUAL_INTERVENTION',
    reason: `its end was not recorded, and only target system "${entry.targetSystem}", which it no longer names, could tell`,
  };
}

function partlyReplacedReason(missing: readonly string[]): string {
  return `part of what it replaces is applied: not ${missing.map((name) => `"${name}"`).join(', ')}`;
}

/** Only the target system that the execution ran on has its marker. */
function canTell({ target }: ChangeDescriptor, { targetSystem }: AuditEntry): boolean {
  return isTransactional(target) && target.id === targetSystem;
}

function overtaken({ changes }: PlannedStage): PlannedChange[] {
  const lastApplied = changes.findLastIndex(({ entry }) => entry && isApplied(entry.state));
  return changes.slice(0, Math.max(lastApplied, 0)).filter(({ entry }) => !entry);
}
