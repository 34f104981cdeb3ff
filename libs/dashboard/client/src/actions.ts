import { ACTION_FIELDS, type ActionBody, type DashboardAction } from '../../src/api/contract.js';

/** What an action is about, as pages know it. */
export type Subject =
  | {
      readonly changeId: string;
      readonly seq?: number;
      readonly digest?: string;
    }
  | { readonly alertId: string }
  | { readonly targetSystem: string }
  | { readonly token: number };

/** Something that an action needs besides its reason. */
export type Field = 'assignee' | 'until' | 'resolution' | 'finding';

/** What readers are told of an action, and what they are asked. */
export interface ActionWords {
  /** On its button. */
  readonly label: string;
  /** What it does, in a sentence, before it is done. */
  readonly about: string;
  readonly field?: Field;
}

/** Every action in words. */
export const ACTION_WORDS: Readonly<Record<DashboardAction, ActionWords>> = {
  acknowledge: { label: 'Acknowledge', about: 'Says that you have seen it and look after it.' },
  assign: { label: 'Assign', about: 'Says who works on it.', field: 'assignee' },
  comment: { label: 'Comment', about: 'Adds what you have found out, for those who come after you.' },
  snooze: { label: 'Snooze', about: 'Reminds nobody of it until then.', field: 'until' },
  propose: {
    label: 'Propose',
    about: 'Proposes how it is to end. Others have to agree.',
    field: 'resolution',
  },
  'approve-resolution': { label: 'Approve proposal', about: 'Agrees to how it is to end.' },
  'reject-resolution': { label: 'Reject proposal', about: 'Does not agree to how it is to end.' },
  'withdraw-resolution': { label: 'Withdraw', about: 'Takes back what you have said about the proposal.' },
  fix: {
    label: 'Fix',
    about: 'Records what you have found in the target system. It changes nothing there.',
    field: 'finding',
  },
  undo: { label: 'Undo', about: 'Runs the rollback method of the change, now, in this process.' },
  approve: { label: 'Approve', about: 'Lets the change run as its code is here.' },
  reject: { label: 'Reject', about: 'Keeps the change from running as its code is here.' },
  withdraw: { label: 'Withdraw', about: 'Takes back your own approval or rejection.' },
  review: { label: 'Review', about: 'Says that you have looked at what ran without approval.' },
  'resend-alert': { label: 'Send again', about: 'Has every message that was given up tried anew.' },
  'close-circuit': {
    label: 'Close',
    about: 'Forgets its failures: the next start uses the target system again.',
  },
  'release-lock': {
    label: 'Release lock',
    about:
      'Frees the lock of a holder that is known to be gone. One that still works is not stopped by this.',
  },
};

/** What was filled in. */
export type Values = Readonly<Partial<Record<Field, string>>>;

/** What fields hold before anybody has touched them. */
export function initialValues(action: DashboardAction, { name, now }: { name: string; now: number }): Values {
  const { field } = ACTION_WORDS[action];
  if (field === 'assignee') return { assignee: name };
  if (field === 'until') return { until: localInput(now + 86_400_000) };
  if (field === 'resolution') return { resolution: 'EXECUTED' };
  return {};
}

/**
 * The body of a request, with what the action takes of its subject; `undefined` while something is missing that even a
 * preview needs.
 */
export function bodyOf<A extends DashboardAction>(
  action: A,
  subject: Subject,
  values: Values,
  reason: string,
): ActionBody<A> | undefined {
  const filled = fieldOf(values, ACTION_WORDS[action].field);
  if (!filled) return undefined;
  const why = reason.trim() === '' ? {} : { reason: reason.trim() };
  const about = Object.entries(subject).filter(([name]) => Object.hasOwn(ACTION_FIELDS[action], name));
  return { ...Object.fromEntries(about), ...filled, ...why } as ActionBody<A>;
}

function fieldOf(values: Values, field: Field | undefined): object | undefined {
  switch (field) {
    case undefined:
      return {};
    case 'assignee':
      return { assignee: values.assignee ?? '' };
    case 'until': {
      const until = new Date(values.until ?? '');
      return Number.isNaN(until.getTime()) ? undefined : { until: until.toISOString() };
    }
    case 'resolution':
    case 'finding': {
      const resolution = values[field] ?? '';
      return resolution === '' ? undefined : { resolution };
    }
  }
}

/** A moment as an input for a date and a time takes it, in the reader's own zone. */
export function localInput(moment: number): string {
  const { year, month, day, hour, minute } = partsOf(new Date(moment));
  return `${year}-${month}-${day}T${hour}:${minute}`;
}

function partsOf(date: Date) {
  const two = (value: number): string => String(value).padStart(2, '0');
  return {
    year: String(date.getFullYear()).padStart(4, '0'),
    month: two(date.getMonth() + 1),
    day: two(date.getDate()),
    hour: two(date.getHours()),
    minute: two(date.getMinutes()),
  };
}
