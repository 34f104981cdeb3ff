import type { AuditVerification } from '../operations/audit-verify.js';
import type { DriftReport } from '../reporting/drift-report.js';
import type { ExecutionReport } from '../reporting/execution-report.js';
import type { TookOverEvent } from '../reporting/flamingock.events.js';

/** Something that this process has learned, and that the audit store does not tell. */
export type AlertFact =
  | { readonly what: 'failed'; readonly error: unknown; readonly report: ExecutionReport }
  | { readonly what: 'completed'; readonly report: ExecutionReport }
  | { readonly what: 'took-over'; readonly event: TookOverEvent }
  | { readonly what: 'verified'; readonly verification: AuditVerification }
  | { readonly what: 'drift'; readonly report: DriftReport };

/** What of {@link AlertFact} is of one kind. */
export function factsOf<W extends AlertFact['what']>(
  facts: readonly AlertFact[],
  what: W,
): Extract<AlertFact, { what: W }>[] {
  return facts.filter((fact): fact is Extract<AlertFact, { what: W }> => fact.what === what);
}
