import type { Action, AuditState } from '@nestjs-flamingock/core';
import type { Palette } from './palette.js';

/** Green: done. Yellow: will be done. Red: needs a manual check. */
export function colourAction(action: Action, palette: Palette): (text: string) => string {
  switch (action) {
    case 'SKIP':
      return palette.dim;
    case 'EXECUTE':
    case 'RECONCILE':
    case 'WAIT':
      return palette.yellow;
    case 'MANUAL_INTERVENTION':
      return palette.red;
  }
}

/** The same, for what is recorded. */
export function colourState(state: AuditState, palette: Palette): (text: string) => string {
  switch (state) {
    case 'EXECUTED':
    case 'MANUAL_MARKED_AS_EXECUTED':
      return palette.green;
    case 'ROLLED_BACK':
    case 'MANUAL_MARKED_AS_ROLLED_BACK':
    case 'STARTED':
      return palette.yellow;
    case 'EXECUTION_FAILED':
    case 'ROLLBACK_FAILED':
      return palette.red;
  }
}
