import type { AuditOperation, AuditState } from '../audit/audit-state.js';
import type { TxStrategy } from '../audit/tx-strategy.js';
import { fixCommand, undoCommand } from '../errors/commands.js';
import { describeSteps, type StepState } from './step-states.js';
import type { Verdict } from './verdict.js';

/** What guidance is made from. */
export interface IssueFacts {
  readonly changeId: string;
  readonly className: string;
  readonly targetSystem: string;
  readonly state: AuditState;
  /** What was being done when `state` was recorded. */
  readonly operation: AuditOperation;
  readonly txStrategy: TxStrategy;
  /** What failed, as recorded. */
  readonly error?: string | null | undefined;
  /** Whether the code has a rollback method for it. */
  readonly hasRollback: boolean;
  /** Whether an end of that method is recorded, after the failure or for the undo. */
  readonly rollbackRan: boolean;
  /** What its author says about it, as `@Change({ guidance })`. */
  readonly hint?: string | undefined;
  /** Whether the target system proves that part of it, or of its undo, took effect. */
  readonly hasPartialEffect?: boolean;
  /** Whether its method was not called. */
  readonly isUnbegun?: boolean | undefined;
  /** Whether its transaction, or that of its undo, held nothing of it. */
  readonly wasEmpty?: boolean | undefined;
  /** Whether the decision left to the operator is only whether to start again. */
  readonly runsAgain: boolean;
  /** Whether the next start asks its `@Verify()`. */
  readonly isAsked?: boolean;
  /** What its `@Verify()` has said, where that settled nothing. */
  readonly verdict?: Verdict | undefined;
  /** How far its steps have come, where it is made of some and the next run may go on from them. */
  readonly steps?: readonly StepState[] | undefined;
  /** Whether the code still has the change. */
  readonly inCode: boolean;
}

/** Longest part of a recorded error that a step repeats, in UTF-16 code units. */
const MAX_ERROR_LENGTH = 300;

/** What the operator has to do about a change, as steps. */
export function guidanceFor(issue: IssueFacts): string[] {
  return issue.runsAgain ? retrySteps(issue) : manualSteps(issue);
}

function retrySteps(issue: IssueFacts): string[] {
  const { operation, hint, isAsked } = issue;
  const isUndo = operation === 'UNDO';
  if (issue.steps) return goOnSteps(issue, issue.steps);
  return [
    `${isUndo ? remainsOfUndo(issue) : remains(issue)} Fix the cause.`,
    ...hintSteps(hint),
    isUndo
      ? `Undo it again: ${undoCommand(issue.changeId)}`
      : `Start the application again: ${isAsked ? 'the change runs again unless its @Verify() says that it is there' : 'the change will run again'}.`,
  ];
}

function goOnSteps({ hint, isAsked }: IssueFacts, steps: readonly StepState[]): string[] {
  const asked = isAsked ? ', unless its @Verify() says that it is there' : '';
  return [
    `Its steps: ${describeSteps(steps)}. What is done stays. Fix the cause.`,
    ...hintSteps(hint),
    `Start the application again: the change goes on from its steps${asked}.`,
  ];
}

/** What is left of a failed execution, as far as anything proves it. */
function remains(issue: IssueFacts): string {
  const { state, txStrategy, isUnbegun, isAsked } = issue;
  if (isAsked) return 'Part of it may be in the target system; its @Verify() is asked how much.';
  if (state !== 'ROLLED_BACK') {
    return 'Part of it may be in the target system; its author declares that running it again is safe.';
  }
  if (isUnbegun) return 'It did not run: nothing of it is in the target system.';
  if (txStrategy === 'NON_TX') return 'Its rollback method has taken it back.';
  return transactionRemains(issue);
}

function remainsOfUndo(issue: IssueFacts): string {
  if (issue.isUnbegun || issue.txStrategy === 'NON_TX') {
    return 'Its rollback method was not called: the change is still executed.';
  }
  return `The undo has failed: the change is still executed. ${transactionRemains(issue)}`;
}

/** A transaction that was rolled back proves something about what it held, and about nothing else. */
function transactionRemains({ targetSystem, wasEmpty }: IssueFacts): string {
  return wasEmpty
    ? `Its transaction was rolled back, but held nothing: all that it did in target system "${targetSystem}" went past it and is still there. Look there.`
    : `Its transaction was rolled back: nothing of what it held is left in target system "${targetSystem}". What went past it, such as by a service with its own connection, is not taken back.`;
}

/** What to do about a change, or its undo, that succeeded with a transaction that held nothing of it. */
export function emptyTransactionStep(targetSystem: string): string {
  return (
    `Its transaction held nothing: all that it did in target system "${targetSystem}" went past it, and would have ` +
    'stayed after a failure. Look there; write through the transaction that the target system lends, or declare such a ' +
    'change transactional: false.'
  );
}

/** What to know about a change that was forgotten and is executed again. */
export function forgottenStep({
  changeId,
  targetSystem,
}: Pick<IssueFacts, 'changeId' | 'targetSystem'>): string {
  return (
    `"${changeId}" was forgotten, not undone: what its execution before did is still in target system ` +
    `"${targetSystem}", and the new one comes on top of it. Take it back there by hand where that matters.`
  );
}

function manualSteps(issue: IssueFacts): string[] {
  const { changeId, className, targetSystem, operation, hint, inCode } = issue;
  const undone = operation === 'UNDO';
  const question = undone ? 'did its undo take back' : 'took effect';
  const again = inCode
    ? 'the next start runs it again'
    : 'the code no longer has it, so it will not run again';
  const executed = `${fixCommand(changeId, 'EXECUTED')}  # it will not run again`;
  const rolledBack = `${fixCommand(changeId, 'ROLLED_BACK')}  # ${again}`;
  return [
    `Look into target system "${targetSystem}", not into the audit store: how much of change "${changeId}" (class ${className}) ${question}? ${evidence(issue)}`,
    ...(issue.steps ? [stepQuestion(issue.steps)] : []),
    // The error of a partial verdict says no more than the evidence does.
    ...(issue.verdict === 'partial' ? [] : errorSteps(issue.error)),
    ...hintSteps(hint),
    undone ? `Nothing of it was taken back: ${executed}` : `All of it: ${executed}`,
    undone ? `All of it was taken back: ${rolledBack}` : `Nothing of it: ${rolledBack}`,
    'Part of it: complete it or take it back by hand first, then record which of the two you did.',
    issue.verdict === undefined
      ? 'Start the application again.'
      : 'Start the application again. Once its @Verify() says "applied" or "not-applied", a start settles it by itself.',
  ];
}

function stepQuestion(steps: readonly StepState[]): string {
  const doubted = steps.find(({ state }) => state === 'may-have-begun')?.name;
  const which = doubted === undefined ? 'the step that may have begun' : `"${doubted}"`;
  return `Its steps: ${describeSteps(steps)}. Look for what ${which} does. Once its verify says "applied" or "not-applied", a start goes on from there by itself.`;
}

/** What the recorded facts say about how far it got. */
function evidence(issue: IssueFacts): string {
  const { operation, state, txStrategy, targetSystem, hasPartialEffect, verdict } = issue;
  if (verdict !== undefined) return `Its @Verify() says "${verdict}".`;
  if (hasPartialEffect) {
    return 'The target system proves that part of it is there, and that the part after the failure is not.';
  }
  // Of one that was tried as often as its author wants.
  if (state === 'ROLLED_BACK') return remains(issue);
  if (operation === 'UNDO') {
    return state === 'STARTED'
      ? 'Its undo was started, and nothing says that it ended.'
      : 'Its rollback method was called to undo it, and failed.';
  }
  if (state === 'STARTED') {
    return txStrategy === 'TX_SEPARATE'
      ? `How much of it is there was not recorded: only target system "${targetSystem}" has the marker that tells.`
      : 'It was started, and nothing says that it ended: it may have done nothing, part or all of its work.';
  }
  if (txStrategy !== 'NON_TX') {
    return 'Its transaction could not be rolled back whole: what ran before the failure may have been committed.';
  }
  return rollbackEvidence(issue);
}

function rollbackEvidence({ rollbackRan, hasRollback, inCode }: IssueFacts): string {
  if (rollbackRan) return 'It failed, and so did its rollback method, which may have taken back part of it.';
  if (hasRollback) {
    return 'No end of its rollback method is recorded: it was not called, because the change had not ended in time, or the process ended in the middle of it.';
  }
  return inCode
    ? 'It has no rollback method: what it did before it failed is still there.'
    : 'Its rollback method was not called: what it did before it failed is still there.';
}

function errorSteps(error: string | null | undefined): string[] {
  const line = error?.split('\n')[0];
  if (!line) return [];
  const shown = line.length > MAX_ERROR_LENGTH ? `${line.slice(0, MAX_ERROR_LENGTH)}…` : line;
  return [`Take the recorded error for a hint how far it got: ${shown}`];
}

function hintSteps(hint: string | undefined): string[] {
  return hint === undefined ? [] : [`Its author says: ${hint}`];
}
