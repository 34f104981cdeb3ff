import type { AuditEntry } from '@nestjs-flamingock/core';
import { isTransactionalKind, type ChangeKind } from '../scenario/scenario.js';

/** What DESIGN's table has the next run do about a change. */
export type Due = 'run' | 'skip' | 'reconcile' | 'person';

/** The last entry of a change, as far as the table looks at it. */
export type Recorded = Pick<AuditEntry, 'state' | 'operation'> | undefined;

/**
 * The decision table, written a second time and otherwise than in the engine, so that a
 * slip in one of them shows. Strategies are the same in all versions of a simulated service.
 */
export function due(last: Recorded, kind: ChangeKind): Due {
  if (!last) return 'run';
  switch (last.state) {
    case 'EXECUTED':
    case 'MANUAL_MARKED_AS_EXECUTED':
      return 'skip';
    case 'ROLLED_BACK':
    case 'MANUAL_MARKED_AS_ROLLED_BACK':
      return 'run';
    case 'STARTED':
      return kind === 'TX_SEPARATE' ? 'reconcile' : unsettled(last.operation, kind);
    case 'EXECUTION_FAILED':
      return kind === 'TX_SEPARATE' && last.operation !== 'UNDO'
        ? 'reconcile'
        : unsettled(last.operation, kind);
    case 'ROLLBACK_FAILED':
      return unsettled(last.operation, kind);
  }
}

/** True where history says that the change is in its target. */
export function isIn(last: Recorded): boolean {
  return due(last, 'NON_TX_MANUAL') === 'skip';
}

/** Why `entry` may not follow `last`; `undefined` if it may. */
export function successionFault(
  last: AuditEntry | undefined,
  entry: AuditEntry,
  kind: ChangeKind,
): string | undefined {
  const before = due(last, kind);
  const after = last ? `after ${last.operation} ${last.state}` : 'as the first of its change';
  const wrong = `${entry.operation} ${entry.state} ${after}`;
  if (entry.operation === 'FIX') return before === 'person' ? undefined : wrong;
  if (entry.operation === 'RECONCILE' && kind === 'NON_TX_STEPS') {
    // A step whose verify did not answer.
    return before === 'run' && entry.state === 'EXECUTION_FAILED' ? undefined : wrong;
  }
  if (entry.operation === 'RECONCILE') return before === 'reconcile' ? undefined : wrong;
  if (entry.state === 'STARTED') {
    return before === (entry.operation === 'UNDO' ? 'skip' : 'run') ? undefined : wrong;
  }
  const isSameRun = last?.executionId === entry.executionId && last.operation === entry.operation;
  if (!isSameRun) return `${wrong}, of another run`;
  // An undo that was told to stop before its method was called.
  const isUnbegun = `${entry.operation} ${last.state} ${entry.state}` === 'UNDO ROLLBACK_FAILED EXECUTED';
  return isUnbegun || isTransactionalKind(kind) || STEPS[last.state]?.includes(entry.state)
    ? undefined
    : wrong;
}

/** What may follow within one run of a change that no transaction protects. */
const STEPS: Readonly<Partial<Record<AuditEntry['state'], readonly AuditEntry['state'][]>>> = {
  STARTED: ['EXECUTED', 'EXECUTION_FAILED', 'ROLLED_BACK', 'ROLLBACK_FAILED'],
  EXECUTION_FAILED: ['ROLLED_BACK', 'ROLLBACK_FAILED'],
};

/** Only an execution may be repeated unasked, and only where the author said so. */
function unsettled(operation: AuditEntry['operation'], kind: ChangeKind): Due {
  if (kind === 'NON_TX_STEPS') return operation === 'UNDO' ? 'person' : 'run';
  return operation === 'EXECUTE' && kind === 'NON_TX_RETRY' ? 'run' : 'person';
}
