import type { ChangeFacts } from '../audit/audit-journal.js';
import type { AuditEntry, AuditRecord } from '../audit/audit-entry.js';
import type { AuditState } from '../audit/audit-state.js';
import type { RecordedSteps } from '../audit/step-records.js';
import type { TxStrategy } from '../audit/tx-strategy.js';
import type { AuditStore } from '../audit/audit-store.js';
import type { ChangeDescriptor } from '../change/change-descriptor.js';
import { isTransactional } from '../target-system/target-system.js';
import type { ChangeCall } from './change-call.js';

/** How a method of a change ended, as it was recorded; `executed`: as it was meant to. */
export type ChangeOutcome =
  | {
      readonly status: 'executed';
      /** True where its transaction held nothing of it, see `Transaction.isEmpty`. */
      readonly wasEmpty?: boolean;
      readonly durationMs: number;
    }
  | {
      readonly status: 'failed';
      /** The last state recorded. */
      readonly state: AuditState;
      readonly error: unknown;
      /** True where the target system proves that part of it took effect and stays. */
      readonly hasPartialEffect?: boolean;
      /** True where its method was not called. */
      readonly isUnbegun?: boolean;
      /** True where its transaction held nothing of it, see `Transaction.isEmpty`. */
      readonly wasEmpty?: boolean;
      /** Why the rollback failed, where it did. */
      readonly rollbackError?: unknown;
      /** The steps from which the next run can go on, and what the last entry says of them. */
      readonly left?: { readonly steps: RecordedSteps; readonly metadata: AuditRecord['metadata'] };
      /** The last entry, where it did not go on because a person has to look at a step first. */
      readonly unsettled?: AuditEntry;
      readonly durationMs: number;
    };

/** Runs and undoes changes of one transaction strategy and records every step. */
export interface ChangeExecutor {
  /**
   * Runs the change once, as `call` says: by default its execution. A change that fails is an outcome, not an error.
   * `next`: what is executed right after it, if it does not fail.
   *
   * @throws LockLostError without recording anything after the loss;
   * AuditStoreUnavailableError if nothing ran; ChangeUnrecordedError if it ran.
   */
  execute(change: ChangeDescriptor, call?: ChangeCall, next?: ChangeDescriptor): Promise<ChangeOutcome>;
}

/** How the change and its entries are kept together, given where history lives. */
export function txStrategyOf(change: ChangeDescriptor, store: AuditStore): TxStrategy {
  if (!change.transactional || !isTransactional(change.target)) return 'NON_TX';
  return change.target.resource === store.resource ? 'TX_SHARED' : 'TX_SEPARATE';
}

/** The facts about a change that its entries repeat. */
export function subjectOf(change: ChangeDescriptor, txStrategy: TxStrategy): ChangeFacts {
  return {
    stage: change.stage,
    changeId: change.id,
    order: change.order,
    author: change.author,
    targetSystem: change.target.id,
    txStrategy,
    recoveryStrategy: change.recovery,
    transactional: change.transactional,
    className: change.className,
  };
}
