import type { BrokenEntry } from '../audit/accepting-walk.js';
import type { ChangeFacts } from '../audit/audit-journal.js';
import type { AuditSnapshot } from '../audit/audit-snapshot.js';
import type { AuditState } from '../audit/audit-state.js';
import { operationOf } from '../audit/imported.js';
import { subjectOf, txStrategyOf } from '../executor/change-executor.js';
import type { Engine } from '../run/engine.js';
import { planExecution } from '../plan/execution-planner.js';
import { lostFrom, type LostWrites } from '../recovery/lost-writes.js';
import { ReconcileRefusedError } from './operation.errors.js';

/** What an operator found out about a change. */
export type Resolution = 'EXECUTED' | 'ROLLED_BACK';

/** A change about which history alone does not tell whether its target system has it. */
export interface ChangeInQuestion {
  readonly changeId: string;
  readonly targetSystem: string;
  /** Its last recorded state; absent if history does not know it. */
  readonly state?: AuditState;
  /** Why, in a sentence. */
  readonly reason: string;
}

/** A change in question, with what an entry about it repeats and accepts. */
export interface Question extends ChangeInQuestion {
  readonly subject: ChangeFacts;
  readonly broken?: BrokenEntry;
}

/** What an operator found out about one of them. */
export interface Finding {
  readonly question: Question;
  readonly resolution: Resolution;
}

interface Shown {
  readonly lostWrites: readonly LostWrites[];
  readonly broken: readonly BrokenEntry[];
}

interface Findings {
  readonly executed?: readonly string[];
  readonly rolledBack?: readonly string[];
  readonly others?: Resolution;
}

/** The changes in question, given what a look has shown. */
export function questionsOf(
  engine: Engine,
  { lostWrites, broken }: Shown,
  snapshot: AuditSnapshot,
): Question[] {
  const questions = [
    ...notRecorded(engine, snapshot, lostWrites),
    ...lostWrites.flatMap((lost) => (lost.lostBy === 'target-system' ? notInTarget(snapshot, lost) : [])),
  ];
  for (const entry of broken) {
    const last = snapshot.get(entry.changeId);
    if (!last) continue;
    const { changeId, targetSystem, state } = last;
    const reason = `entry ${entry.seq} ${entry.fault}`;
    questions.push({ changeId, targetSystem, state, reason, subject: last, broken: entry });
  }
  return questions;
}

/** What the audit store may have known before it lost writes. */
function notRecorded(
  { pipeline, store }: Engine,
  snapshot: AuditSnapshot,
  lostWrites: readonly LostWrites[],
): Question[] {
  const lost = lostWrites.filter(({ lostBy }) => lostBy === 'audit-store');
  if (lost.length === 0) return [];
  const proven = new Set(lost.flatMap(({ changeIds }) => changeIds));
  const planned = planExecution(pipeline, snapshot).stages.flatMap(({ changes }) => changes);
  return planned.flatMap(({ change, entry, action }): Question[] => {
    const txStrategy = txStrategyOf(change, store);
    // What committed with its entries was lost with them.
    if (txStrategy === 'TX_SHARED' || (action === 'SKIP' && !proven.has(change.id))) return [];
    const reason = 'the audit store has lost writes, and may have known that it was executed';
    const facts = { changeId: change.id, targetSystem: change.target.id, reason };
    return [{ ...facts, ...(entry && { state: entry.state }), subject: subjectOf(change, txStrategy) }];
  });
}

/** What the target system may have had before it lost writes. */
function notInTarget(snapshot: AuditSnapshot, { targetSystem, found, changeIds }: LostWrites): Question[] {
  const entries = [...snapshot.values()].filter((entry) => entry.targetSystem === targetSystem);
  const named = entries.filter(({ changeId }) => changeIds.includes(changeId)).map(({ seq }) => seq);
  const from = Math.min(lostFrom(entries, found), ...named);
  const reason = 'its target system has lost writes, and may not have it any more';
  return entries
    .filter((entry) => entry.seq >= from && (entry.state !== 'ROLLED_BACK' || operationOf(entry) === 'UNDO'))
    .map((entry) => ({ changeId: entry.changeId, targetSystem, state: entry.state, reason, subject: entry }));
}

/** @throws ReconcileRefusedError unless there is exactly one finding for each question. */
export function findingsFor(
  questions: readonly Question[],
  { executed = [], rolledBack = [], others }: Findings,
): Finding[] {
  const inQuestion = new Set(questions.map(({ changeId }) => changeId));
  const [isExecuted, isRolledBack] = [new Set(executed), new Set(rolledBack)];
  const resolutionOf = (changeId: string): Resolution | undefined => {
    if (isExecuted.has(changeId)) return 'EXECUTED';
    return isRolledBack.has(changeId) ? 'ROLLED_BACK' : others;
  };
  const refusals = [
    ...[...isExecuted]
      .filter((id) => isRolledBack.has(id))
      .map((id) => `"${id}" is there with both findings`),
    ...[...isExecuted, ...isRolledBack]
      .filter((id) => !inQuestion.has(id))
      .map((id) => `"${id}" is not in question`),
    ...[...inQuestion]
      .filter((id) => !resolutionOf(id))
      .map((id) => `"${id}" is in question, and has no finding`),
  ];
  if (refusals.length > 0) throw new ReconcileRefusedError(refusals);
  return questions.flatMap((question) => {
    const resolution = resolutionOf(question.changeId);
    return resolution ? [{ question, resolution }] : [];
  });
}

/** A question as it is told. */
export function publicOf({ changeId, targetSystem, state, reason }: Question): ChangeInQuestion {
  return { changeId, targetSystem, reason, ...(state && { state }) };
}
