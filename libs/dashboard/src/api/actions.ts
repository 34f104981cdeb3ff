// What may be done, and what is said about it. Types and constants alone, as the contract, which has them too.
import type {
  Actor,
  AuditFixResult,
  DecisionRecord,
  ProposedResolution,
  UndoReport,
} from '@nestjs-flamingock/core';

/** The header that each action carries, with `csrf` of the session. */
export const CSRF_HEADER = 'x-flamingock-csrf';

/** Longest reason, in UTF-16 code units. */
export const MAX_REASON = 4_000;

/** What may be done. Each is a permission of its own. */
export const ACTIONS = [
  'acknowledge',
  'assign',
  'comment',
  'snooze',
  'propose',
  'approve-resolution',
  'reject-resolution',
  'withdraw-resolution',
  'fix',
  'undo',
  'approve',
  'reject',
  'withdraw',
  'review',
  'resend-alert',
  'close-circuit',
  'release-lock',
] as const;

/** Something that may be done. */
export type DashboardAction = (typeof ACTIONS)[number];

/** What an action is about. */
export interface DashboardSubject {
  readonly kind: 'change' | 'alert' | 'target-system' | 'lock';
  /** Id of it; of the lock the token of its acquisition. */
  readonly id: string;
}

/** Whether an action may be done about a subject now, by the one who asks. */
export interface ActionOffer {
  readonly action: DashboardAction;
  readonly isAllowed: boolean;
  /** Why not, as a sentence; absent where it is allowed. */
  readonly why?: string;
}

/** What the body of each action has besides its `reason`. */
export interface ActionFields {
  readonly acknowledge: ChangeFields;
  /** An empty `assignee` is nobody. */
  readonly assign: ChangeFields & { readonly assignee: string };
  readonly comment: ChangeFields;
  /** `until`: ISO 8601 with a zone. */
  readonly snooze: ChangeFields & { readonly until: string };
  readonly propose: ChangeFields & { readonly resolution: ProposedResolution };
  readonly 'approve-resolution': ChangeFields;
  readonly 'reject-resolution': ChangeFields;
  readonly 'withdraw-resolution': ChangeFields;
  readonly fix: ChangeFields & { readonly resolution: 'EXECUTED' | 'ROLLED_BACK' };
  readonly undo: ChangeFields;
  /** `digest`: of the code that was read. */
  readonly approve: ChangeFields & { readonly digest?: string };
  readonly reject: ChangeFields & { readonly digest?: string };
  readonly withdraw: ChangeFields & { readonly digest?: string };
  readonly review: ChangeFields;
  readonly 'resend-alert': { readonly alertId: string };
  readonly 'close-circuit': { readonly targetSystem: string };
  readonly 'release-lock': { readonly token: number };
}

/** Of actions about a change. */
export interface ChangeFields {
  readonly changeId: string;
  /** `seq` of the last entry that was shown: the action is refused with 409 where there is a later one. */
  readonly seq?: number;
}

/** What a field of a body has to be. */
export type FieldKind = 'text' | 'finding' | 'maybe-empty' | 'number' | 'optional-text' | 'optional-number';

const OF_CHANGE = { changeId: 'text', seq: 'optional-number' } as const;
const OF_CODE = { ...OF_CHANGE, digest: 'optional-text' } as const;

/** The fields of each body, which has no others; `reason` comes to all of them. */
export const ACTION_FIELDS: {
  readonly [A in DashboardAction]: Readonly<Record<keyof ActionFields[A], FieldKind>>;
} = {
  acknowledge: OF_CHANGE,
  assign: { ...OF_CHANGE, assignee: 'maybe-empty' },
  comment: OF_CHANGE,
  snooze: { ...OF_CHANGE, until: 'text' },
  propose: { ...OF_CHANGE, resolution: 'text' },
  'approve-resolution': OF_CHANGE,
  'reject-resolution': OF_CHANGE,
  'withdraw-resolution': OF_CHANGE,
  fix: { ...OF_CHANGE, resolution: 'finding' },
  undo: OF_CHANGE,
  approve: OF_CODE,
  reject: OF_CODE,
  withdraw: OF_CODE,
  review: OF_CHANGE,
  'resend-alert': { alertId: 'text' },
  'close-circuit': { targetSystem: 'text' },
  'release-lock': { token: 'number' },
};

/** The body of an action: JSON of at most 16 KiB. A preview needs no `reason`. */
export type ActionBody<A extends DashboardAction = DashboardAction> = ActionFields[A] & {
  /** Why, in 1 to {@link MAX_REASON} characters; recorded. */
  readonly reason?: string;
};

/** What an action would record. */
export interface ActionPreview {
  readonly action: DashboardAction;
  readonly subject: DashboardSubject;
  readonly actor: Actor;
  readonly reason: string | null;
  /** Where it is kept: an entry of the history, a decision of the ledger, with the alert, or a line of the log alone. */
  readonly keptIn: 'history' | 'ledger' | 'alert' | 'log';
  /** What is kept, by the names of its fields. */
  readonly fields: Readonly<Record<string, string>>;
  /** What comes of it, in sentences. */
  readonly consequences: readonly string[];
  /** Why it would be refused now; absent where it would not. */
  readonly refusal?: string;
  /** The same by the command. */
  readonly command?: string;
}

/** What an action has done. `decision` of most; the others of the action of their name. */
export interface ActionResult {
  readonly action: DashboardAction;
  readonly subject: DashboardSubject;
  /** What was done, as a sentence. */
  readonly done: string;
  readonly decision?: DecisionRecord;
  readonly fix?: AuditFixResult;
  readonly undo?: UndoReport;
}
