import type { KeptStatements } from '../evidence/statement-file.js';
import { COMPLIANCE_CONTROLS, type ComplianceControl } from './compliance-controls.js';
import { InvalidRequestError, type RequestFault } from './operation.errors.js';

/** What a report is about. */
export interface ComplianceRequest {
  /**
   * Begin of the period on the audit store's clock: a date, which begins at midnight UTC, or ISO 8601 with a zone.
   *
   * @default the first entry
   */
  readonly from?: string | Date;
  /**
   * End of the period: a date, which is included until midnight UTC, or ISO 8601 with a zone, at which it ends.
   *
   * @default the last entry
   */
  readonly to?: string | Date;
  /** A standard whose requirements the report is to name. */
  readonly control?: ComplianceControl;
  /** Signed heads that were kept elsewhere: the report says which of them the history still has. */
  readonly signed?: KeptStatements;
  /**
   * Asks every applied change that has a `@Verify()` whether it is still there, as `drift()` does.
   *
   * @default false
   */
  readonly drift?: boolean;
}

/** From a moment, included, to another, excluded: milliseconds since 1970. */
export interface Period {
  readonly from: number;
  readonly to: number;
}

const DAY_MS = 86_400_000;
const DATE = /^\d{4}-\d\d-\d\d$/;
const TIME = /^(\d{4}-\d\d-\d\d)T([01]\d|2[0-3]):[0-5]\d(:[0-5]\d(\.\d{1,9})?)?(Z|[+-]\d\d:?\d\d)$/;
const A_MOMENT = 'must be a date such as 2026-01-31, or a time with its zone such as 2026-01-31T08:00+01:00';

/** Everything that is wrong with a request, but for its signed heads. */
export function complianceFaults({ from, to, control }: ComplianceRequest): RequestFault[] {
  const faults: RequestFault[] = [];
  for (const [field, value] of [
    ['from', from],
    ['to', to],
  ] as const)
    if (Number.isNaN(momentOf(value, 0)))
      faults.push({ field, problem: `${A_MOMENT}, not ${JSON.stringify(value)}` });
  const period = { from: momentOf(from, 0), to: momentOf(to, DAY_MS) };
  if (from !== undefined && to !== undefined && period.from >= period.to)
    faults.push({ field: 'from', problem: `must be before "to", which is ${String(to)}` });
  if (control !== undefined && !COMPLIANCE_CONTROLS.includes(control))
    faults.push({
      field: 'control',
      problem: `must be one of ${COMPLIANCE_CONTROLS.join(', ')}, not ${JSON.stringify(control)}`,
    });
  return faults;
}

/**
 * The period that a request names.
 *
 * @throws InvalidRequestError with every fault.
 */
export function periodOf(request: ComplianceRequest): Period {
  const faults = complianceFaults(request);
  if (faults.length > 0) throw new InvalidRequestError(faults);
  const { from, to } = request;
  return {
    from: from === undefined ? -Infinity : momentOf(from, 0),
    to: to === undefined ? Infinity : momentOf(to, DAY_MS),
  };
}

/** `afterDate`: what a mere date lies before its moment. A time without a zone is another moment on each machine, so it is none. */
function momentOf(value: string | Date | undefined, afterDate: number): number {
  if (value === undefined) return 0;
  if (value instanceof Date) return value.getTime();
  if (typeof value !== 'string') return Number.NaN;
  if (DATE.test(value)) return isDay(value) ? Date.parse(value) + afterDate : Number.NaN;
  const [, day = ''] = TIME.exec(value) ?? [];
  return isDay(day) ? Date.parse(value) : Number.NaN;
}

/** What JavaScript takes for a date may be a day that there is not: it goes on with the next month. */
function isDay(text: string): boolean {
  const time = Date.parse(text);
  return !Number.isNaN(time) && new Date(time).toISOString().startsWith(text);
}
