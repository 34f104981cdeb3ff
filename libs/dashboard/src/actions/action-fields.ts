import { InvalidRequestError, type RequestFault } from '@nestjs-flamingock/core';
import { shown } from '@nestjs-flamingock/core/adapter';
import {
  ACTION_FIELDS,
  MAX_REASON,
  type DashboardAction,
  type DashboardSubject,
  type FieldKind,
} from '../api/contract.js';

const RULES: Readonly<Record<FieldKind, readonly [rule: string, isMet: (value: unknown) => boolean]>> = {
  text: ['a text of at least one character', (value) => typeof value === 'string' && value !== ''],
  finding: ['EXECUTED or ROLLED_BACK', (value) => value === 'EXECUTED' || value === 'ROLLED_BACK'],
  'maybe-empty': ['a text', (value) => typeof value === 'string'],
  number: ['a whole number', Number.isSafeInteger],
  'optional-text': ['a text', (value) => value === undefined || typeof value === 'string'],
  'optional-number': ['a whole number', (value) => value === undefined || Number.isSafeInteger(value)],
};

/** A body whose fields are what they have to be: those of all actions, each present where its action needs it. */
export interface ActionInput {
  readonly changeId: string;
  readonly seq?: number;
  readonly assignee: string;
  readonly until: string;
  readonly resolution: string;
  readonly digest?: string;
  readonly alertId: string;
  readonly targetSystem: string;
  readonly token: number;
  readonly reason?: string;
}

/** @throws InvalidRequestError with every fault: of fields, of a missing reason, and of what is no field of the action. */
export function inputOf(
  action: DashboardAction,
  body: Readonly<Record<string, unknown>>,
  isPreview: boolean,
): ActionInput {
  const fields: Readonly<Record<string, FieldKind>> = ACTION_FIELDS[action];
  const faults: RequestFault[] = [];
  const expect = (isMet: boolean, field: string, problem: string): void => {
    if (!isMet) faults.push({ field, problem });
  };
  for (const [field, kind] of Object.entries(fields)) {
    const [rule, isMet] = RULES[kind];
    expect(isMet(body[field]), field, `must be ${rule}, not ${shown(body[field])}`);
  }
  const others = Object.keys(body).filter((field) => field !== 'reason' && !Object.hasOwn(fields, field));
  for (const field of others) expect(false, field.slice(0, 100), `is no field of ${action}`);
  const { reason } = body;
  const mayBeAbsent = isPreview && (reason === undefined || reason === '');
  expect(mayBeAbsent || isReason(reason), 'reason', `must be a text of 1 to ${MAX_REASON} characters`);
  if (faults.length > 0) throw new InvalidRequestError(faults);
  return { ...body, ...(mayBeAbsent && { reason: undefined }) } as unknown as ActionInput;
}

/** What an action with these fields is about. */
export function subjectOf(action: DashboardAction, input: ActionInput): DashboardSubject {
  if (action === 'resend-alert') return { kind: 'alert', id: input.alertId };
  if (action === 'close-circuit') return { kind: 'target-system', id: input.targetSystem };
  if (action === 'release-lock') return { kind: 'lock', id: String(input.token) };
  return { kind: 'change', id: input.changeId };
}

function isReason(value: unknown): boolean {
  return typeof value === 'string' && value.trim() !== '' && value.length <= MAX_REASON;
}
