import type { Action, AuditState } from '@nestjs-flamingock/core';

/** Every state, for filters. A state that is missing here does not compile. */
export const STATES = Object.keys({
  STARTED: true,
  EXECUTED: true,
  EXECUTION_FAILED: true,
  ROLLED_BACK: true,
  ROLLBACK_FAILED: true,
  MANUAL_MARKED_AS_EXECUTED: true,
  MANUAL_MARKED_AS_ROLLED_BACK: true,
} satisfies Record<AuditState, true>);

/** Every action of the planner, for filters. */
export const PLANNED = Object.keys({
  EXECUTE: true,
  SKIP: true,
  RECONCILE: true,
  MANUAL_INTERVENTION: true,
  WAIT: true,
} satisfies Record<Action, true>);
