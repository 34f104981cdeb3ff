import { InvalidRequestError, type AuditVerification, type RequestFault } from '@nestjs-flamingock/core';

/** What a check asks for. */
export interface FlamingockHealthOptions {
  /**
   * Whether the whole history is walked for what was tampered with: in the background, at most once in ten minutes and
   * process. No check waits for it.
   *
   * @default false
   */
  readonly verify?: boolean;
  /**
   * Milliseconds for the audit store's answer, after which the check is down. Less than the time-out of the probe, which
   * Kubernetes has at 1,000 ms.
   *
   * @default 800
   */
  readonly timeoutMs?: number;
}

/** What a check tells besides up and down. No secrets and no hosts: it may be read from outside. */
export interface FlamingockHealth {
  /** Why it is down, with what to type; or what is to be known although it is up. */
  readonly message?: string;
  /** How many changes of this code are applied. */
  readonly applied?: number;
  /** How many changes of this code are to be applied by the next run. */
  readonly pending?: number;
  /** Ids of changes of this code that need a manual check. */
  readonly issues?: readonly string[];
  /** Ids of changes that need a manual check, and that this version of the code does not have. */
  readonly issuesOfOtherVersions?: readonly string[];
  /** How many entries of the history were found untouched; with `verify`, once it was walked. */
  readonly verified?: number;
}

/** The outcome of a check. */
export interface Finding {
  readonly isUp: boolean;
  readonly health: FlamingockHealth;
}

/** What a check makes of a walk through the history; `undefined`: none has ended yet. */
export type KnownVerification = AuditVerification | undefined;

/** @throws InvalidRequestError with every fault, for callers that are not type-checked too. */
export function assertOptions({ verify, timeoutMs }: Readonly<Record<string, unknown>>): void {
  const faults: RequestFault[] = [];
  if (verify !== undefined && typeof verify !== 'boolean')
    faults.push({ field: 'verify', problem: 'must be true or false' });
  if (timeoutMs !== undefined && !(typeof timeoutMs === 'number' && timeoutMs > 0))
    faults.push({ field: 'timeoutMs', problem: 'must be a number of milliseconds above 0' });
  if (faults.length > 0) throw new InvalidRequestError(faults);
}
