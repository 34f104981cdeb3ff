import type { AuditEntry, AuditRecord } from '../audit/audit-entry.js';
import { isApplied, type AuditState } from '../audit/audit-state.js';
import { hasPartialEffect, readMetadata } from '../audit/entry-metadata.js';
import { storableText } from '../errors/error-text.js';
import type { ChangeDescriptor } from '../change/change-descriptor.js';
import { diagnosisOf } from './diagnosis.js';
import type { Verdict } from './verdict.js';

/** What an issue has to be like for a playbook to act on it. Every condition that is given has to hold; one is needed. */
export interface PlaybookCondition {
  /** Id of the target system. */
  readonly target?: string;
  /** Code, name of the code or SQLSTATE of the failure, as its diagnosis has it: `'23505'`, `'ECONNREFUSED'`. */
  readonly code?: string;
  /** Id of the change. */
  readonly change?: string;
  /** What the change's `@Verify()` says. */
  readonly verdict?: Extract<Verdict, 'partial' | 'unknown'>;
  /** What is recorded last. */
  readonly state?: Extract<AuditState, 'STARTED' | 'EXECUTION_FAILED' | 'ROLLBACK_FAILED'>;
}

/**
 * What a playbook does about an issue.
 *
 * - `retry`: executes the change again, on top of whatever of it may be there.
 * - `mark-executed`: records that all of it is there, as `audit fix` does.
 * - `mark-rolled-back`: records that nothing of it is there, and executes it.
 * - `undo`: calls its rollback method, and executes it. Only for changes without a transaction.
 */
export type PlaybookAction = 'retry' | 'mark-executed' | 'mark-rolled-back' | 'undo';

/** What a team does by hand each time an issue of a kind comes up, done by the engine. It is the author's word. */
export interface Playbook {
  /** Under which its acts are recorded: `playbook:<name>`. */
  readonly name: string;
  readonly when: PlaybookCondition;
  readonly then: PlaybookAction;
  /** How often it acts on one change until that is applied: a whole number from 1. */
  readonly atMost: number;
  /** Why that is right; recorded. */
  readonly reason: string;
}

/** What a playbook would do about an issue as it stands. */
export interface PlaybookOutlook {
  readonly name: string;
  readonly then: PlaybookAction;
  readonly reason: string;
  /** How often it has acted on the change since that was applied last. */
  readonly uses: number;
  readonly atMost: number;
  /** Why it does not act; absent where the next run lets it. */
  readonly refusal?: string;
}

/** What a decision about playbooks takes from a change. */
type Subject = Pick<ChangeDescriptor, 'id' | 'target' | 'rollback'>;

/** The first playbook whose conditions an issue meets. None is for an undo that a person has begun. */
export function playbookFor(
  playbooks: readonly Playbook[],
  { id, target }: Subject,
  entry: AuditEntry,
): Playbook | undefined {
  // Under another id, or on another target system, something else was done.
  if (entry.operation === 'UNDO' || entry.changeId !== id || entry.targetSystem !== target.id)
    return undefined;
  const { code, codeName, sqlState } = diagnosisOf(entry) ?? {};
  const { verdict } = readMetadata(entry);
  return playbooks.find(
    ({ when }) =>
      (when.target === undefined || when.target === target.id) &&
      (when.change === undefined || when.change === id) &&
      (when.state === undefined || when.state === entry.state) &&
      (when.verdict === undefined || when.verdict === verdict) &&
      (when.code === undefined || [code, codeName, sqlState].includes(when.code)),
  );
}

/** What a playbook would do about an issue, given the entries of its change, the oldest first. */
export function outlookOf(
  playbook: Playbook,
  change: Subject,
  entry: AuditEntry,
  history: readonly AuditEntry[],
): PlaybookOutlook {
  const { name, then, reason, atMost } = playbook;
  const uses = usesOf(playbook, history);
  const refusal = objectionTo(then, change, entry) ?? (uses >= atMost ? usedUp(uses) : undefined);
  return { name, then, reason, uses, atMost, ...(refusal !== undefined && { refusal }) };
}

const WOULD = {
  retry: 'executes it again, whatever of it is there',
  'mark-executed': 'marks it as executed',
  'mark-rolled-back': 'marks it as rolled back, and executes it',
  undo: 'calls its rollback method, and executes it',
} as const satisfies Record<PlaybookAction, string>;

/** What a playbook would do, as a step of guidance. */
export function outlookStep({ name, then, reason, uses, atMost, refusal }: PlaybookOutlook): string {
  if (refusal !== undefined) return `Playbook "${name}" is for it, and does not act: ${refusal}.`;
  const number = `${uses + 1} of at most ${atMost}`;
  return `Or do nothing: the next start ${WOULD[then]}, by playbook "${name}" (${number}), because: ${reason}`;
}

/** Who acted and why, as entries have it. */
export function playbookMetadata({
  name,
  reason,
}: Pick<Playbook, 'name' | 'reason'>): AuditRecord['metadata'] {
  return { by: playbookActor(name), actorKind: 'service', reason: storableText(reason) };
}

/** Under which a playbook acts. */
export function playbookActor(name: string): string {
  return `playbook:${name}`;
}

function usesOf({ name }: Playbook, history: readonly AuditEntry[]): number {
  const applied = history.findLastIndex(({ state }) => isApplied(state));
  return history.slice(applied + 1).filter(({ operation, state, metadata }) => {
    const begins =
      operation === 'FIX' || operation === 'FORGET' || (operation === 'UNDO' && state === 'STARTED');
    return begins && readMetadata({ metadata }).by === playbookActor(name);
  }).length;
}

function usedUp(uses: number): string {
  return `it has acted on the change ${uses === 1 ? 'once' : `${uses} times`} already, as often as it may`;
}

/** Why an action would say or do what is known to be wrong. */
function objectionTo(then: PlaybookAction, change: Subject, entry: AuditEntry): string | undefined {
  switch (then) {
    case 'retry':
      return undefined;
    case 'mark-executed':
      return contradiction(entry, 'not-applied');
    case 'mark-rolled-back':
      return contradiction(entry, 'applied');
    case 'undo':
      if (entry.txStrategy !== 'NON_TX')
        return 'a change with a transaction is taken back by its database alone';
      return change.rollback ? undefined : 'the change has no rollback method';
  }
}

function contradiction(entry: AuditEntry, denying: Verdict): string | undefined {
  if (hasPartialEffect(entry))
    return 'the target system proves that part of the change is there, and part is not';
  const { verdict } = readMetadata(entry);
  return verdict === 'partial' || verdict === denying
    ? `the @Verify() of the change says "${verdict}"`
    : undefined;
}
