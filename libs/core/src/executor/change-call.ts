import type { AuditFact } from '../audit/audit-journal.js';
import type { AuditEntry, AuditRecord } from '../audit/audit-entry.js';
import type { StoredSteps } from '../audit/step-records.js';
import { readMetadata, writeMetadata } from '../audit/entry-metadata.js';
import type { AuditState } from '../audit/audit-state.js';
import type { ChangeEffect } from '../audit/audit.errors.js';
import type { ChangeDescriptor, ChangeMethod } from '../change/change-descriptor.js';
import { fingerprinted } from '../change/fingerprint.js';

/** What an executor does with a change: which method it calls, and which states its outcomes are recorded as. */
export interface ChangeCall {
  readonly operation: 'EXECUTE' | 'UNDO';
  readonly method: ChangeMethod;
  /** Repeated by each of its entries. */
  readonly metadata: AuditRecord['metadata'];
  /** Of an execution that goes on from the steps of an earlier run: these, and the last entry of the change. */
  readonly from?: GoOnFrom;
  /** Of an undo of an execution made of steps: which one it was, see `RecordedSteps`. */
  readonly stepsOf?: string | undefined;
  /** The method succeeded. */
  readonly done: CallOutcome;
  /** The method failed, and its effects were not rolled back. */
  readonly failed: CallOutcome;
  /** The method failed, and the database rolled back its effects. */
  readonly rolledBack: CallOutcome;
}

/** An outcome of the method: the state that is recorded, and what an error says where it cannot be. */
export interface CallOutcome {
  readonly state: AuditState;
  readonly effect: ChangeEffect;
}

/** Where an earlier run has left an execution made of steps. */
export interface GoOnFrom {
  readonly entry: AuditEntry;
  readonly steps: StoredSteps;
}

/** Goes on with an execution. */
export function goingOn(change: ChangeDescriptor, from: GoOnFrom): ChangeCall {
  const call = executionOf(change);
  const { execution } = from.steps;
  const { origin = execution } = readMetadata(from.entry);
  const metadata = { ...call.metadata, ...writeMetadata({ steps: execution, origin }) };
  return { ...call, metadata, from };
}

/** Applies the change, for the so many-th time in its run. `notes`: metadata that says more of it, as `nextTry` counts runs. */
export function executionOf(
  change: ChangeDescriptor,
  attempt = 1,
  notes: AuditRecord['metadata'] = {},
): ChangeCall {
  const { execution, source, stepNames, transactional } = change;
  const isStepwise = !transactional && (stepNames?.().length ?? 0) > 0;
  const metadata = { ...fingerprinted(source), ...(isStepwise && writeMetadata({ steps: '' })), ...notes };
  return {
    operation: 'EXECUTE',
    method: execution,
    metadata: attempt === 1 ? metadata : { ...metadata, ...writeMetadata({ attempt: String(attempt) }) },
    done: { state: 'EXECUTED', effect: 'executed' },
    failed: { state: 'EXECUTION_FAILED', effect: 'failed' },
    rolledBack: { state: 'ROLLED_BACK', effect: 'rolled-back' },
  };
}

/** Undoes an executed change, by its rollback method. `stepsOf`: the execution, where that was made of steps. */
export function undoBy(
  rollback: ChangeMethod,
  metadata: AuditRecord['metadata'],
  stepsOf?: string,
): ChangeCall {
  return {
    stepsOf,
    operation: 'UNDO',
    method: rollback,
    metadata,
    done: { state: 'ROLLED_BACK', effect: 'undone' },
    failed: { state: 'ROLLBACK_FAILED', effect: 'undo-failed' },
    rolledBack: { state: 'EXECUTED', effect: 'undo-rolled-back' },
  };
}

/** Undoes what there is of a change without a transaction that failed: where that fails, too, nobody knows how much is left. */
export function undoOfPart(rollback: ChangeMethod, metadata: AuditRecord['metadata']): ChangeCall {
  const undo = undoBy(rollback, metadata);
  return { ...undo, rolledBack: undo.failed };
}

/** When a call ended, and what it threw. */
export type CallFailure = Required<Pick<AuditFact, 'at' | 'durationMs'>> & { readonly error: unknown };

/** What is recorded at once of a call in a shared transaction that failed. `isRestored`: nothing of it is left. */
export function failureFacts(
  { failed, rolledBack }: ChangeCall,
  started: AuditFact,
  { at, durationMs, error }: CallFailure,
  isRestored: boolean,
): [AuditFact, ...AuditFact[]] {
  const ended = { ...started, at };
  const facts: [AuditFact, ...AuditFact[]] = [started, { ...ended, state: failed.state, durationMs, error }];
  if (isRestored) facts.push({ ...ended, state: rolledBack.state });
  return facts;
}
