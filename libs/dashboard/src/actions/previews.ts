import {
  FlamingockError,
  OutdatedRequestError,
  type Actor,
  type ChangeDetail,
  type FlamingockService,
} from '@nestjs-flamingock/core';
import type { ActionPreview, DashboardAction } from '../api/contract.js';
import { subjectOf, type ActionInput } from './action-fields.js';
import { refusalOf } from './refusals.js';

/** What is said of an action besides who does it, why, and about what. */
type Outlook = Pick<ActionPreview, 'keptIn' | 'fields' | 'consequences'> & {
  readonly refusal?: string | undefined;
  readonly command?: string | undefined;
};

const NOT_OF_ITSELF = 'Nothing runs, and nothing else changes by it.';
const FIXED: Readonly<Record<string, readonly string[]>> = {
  EXECUTED: ['History takes the change for applied: no start runs it again.', 'No method of it is called.'],
  ROLLED_BACK: [
    'History takes it that nothing of the change is there: the next start runs it.',
    'No method of it is called.',
  ],
};

/** Tells what an action would record, and what speaks against it. Writes nothing. */
export async function previewOf(
  flamingock: FlamingockService,
  action: DashboardAction,
  input: ActionInput,
  actor: Actor,
): Promise<ActionPreview> {
  const subject = subjectOf(action, input);
  const { refusal, command, ...outlook } =
    subject.kind === 'change'
      ? await ofChange(flamingock, action, input, actor)
      : ofOther(action, input, actor);
  return {
    action,
    subject,
    actor,
    reason: input.reason ?? null,
    ...outlook,
    ...(refusal !== undefined && { refusal }),
    ...(command !== undefined && { command }),
  };
}

async function ofChange(
  flamingock: FlamingockService,
  action: DashboardAction,
  input: ActionInput,
  actor: Actor,
): Promise<Outlook> {
  const change = await flamingock.changes.get(input.changeId);
  const stale = outdated(input, change);
  const refusal = stale ?? refusalOf(action, change, actor, input.resolution);
  if (action === 'fix') return { ...fixOutlook(input, change, actor), refusal };
  if (action === 'undo') return undoOutlook(flamingock, change, actor, refusal);
  const kind = action.replace('-resolution', '');
  const { proposal } = change.work;
  const fields = {
    kind,
    ...(action === 'assign' && { assignee: input.assignee }),
    ...(action === 'snooze' && { until: input.until }),
    ...(action === 'propose' && { resolution: input.resolution }),
    ...(action.endsWith('-resolution') &&
      proposal && { resolution: proposal.resolution, proposal: `${proposal.seq}` }),
    ...(isAboutCode(action) && change.digest !== undefined && { digest: change.digest }),
  };
  return { keptIn: 'ledger', fields, consequences: consequencesOf(action, change), refusal };
}

function fixOutlook({ resolution }: ActionInput, change: ChangeDetail, actor: Actor): Outlook {
  const what = resolution === 'ROLLED_BACK' ? 'mark-rolled-back' : 'mark-executed';
  return {
    keptIn: 'history',
    fields: { state: `MANUAL_MARKED_AS_${resolution}`, operation: 'FIX', by: actor.name, via: 'dashboard' },
    consequences: FIXED[resolution] ?? [],
    command: change.commands.find((one) => one.what === what)?.command,
  };
}

async function undoOutlook(
  flamingock: FlamingockService,
  change: ChangeDetail,
  actor: Actor,
  refusal: string | undefined,
): Promise<Outlook> {
  const refused = refusal ?? (await refusedUndo(flamingock, change.changeId));
  return {
    keptIn: 'history',
    fields: { state: 'ROLLED_BACK', operation: 'UNDO', by: actor.name, via: 'dashboard' },
    consequences: [
      `The rollback method of ${change.className} runs now, against target system "${change.targetSystem}".`,
      'The next start runs the change again, unless its code is gone by then.',
    ],
    refusal: refused,
    command: change.commands.find(({ what }) => what === 'undo')?.command,
  };
}

async function refusedUndo(flamingock: FlamingockService, changeId: string): Promise<string | undefined> {
  try {
    await flamingock.undo({ changeId }, { dryRun: true });
    return undefined;
  } catch (error) {
    if (error instanceof FlamingockError) return error.message;
    throw error;
  }
}

function consequencesOf(action: DashboardAction, change: ChangeDetail): string[] {
  const { approval, resolutions, work } = change;
  if (action === 'approve')
    return [
      leftAfter(approval?.missing, 'The next start runs it.'),
      'An edit of its code voids the approval.',
    ];
  if (action === 'approve-resolution') {
    const need = resolutions.find(({ resolution }) => resolution === work.proposal?.resolution);
    return [leftAfter(need?.missing, 'It may be resolved so then.')];
  }
  if (action === 'reject') return ['It does not run until you take that back, however many approve it.'];
  return [action === 'snooze' ? 'Nobody is reminded of it until then.' : NOT_OF_ITSELF];
}

function leftAfter(missing = 1, whenNone: string): string {
  const left = Math.max(missing - 1, 0);
  if (left === 0) return whenNone;
  return `${left} more ${left === 1 ? 'approval is' : 'approvals are'} needed then.`;
}

function ofOther(action: DashboardAction, input: ActionInput, { name: by }: Actor): Outlook {
  if (action === 'close-circuit')
    return {
      keptIn: 'log',
      fields: { event: 'circuit.closed', targetSystem: input.targetSystem, by },
      consequences: ['Its failures are forgotten: the next start uses the target system again.'],
    };
  if (action === 'release-lock')
    return {
      keptIn: 'log',
      fields: { event: 'lock.released', token: String(input.token), by },
      consequences: [
        'Another instance may take the lock at once.',
        'A holder that is still at work is kept from writing only once the next one has claimed the history: make ' +
          'sure that it is gone.',
      ],
    };
  return {
    keptIn: 'alert',
    fields: { event: 'alert.resent', alert: input.alertId, by },
    consequences: ['What could not be delivered is tried anew by the next delivery.'],
  };
}

function isAboutCode(action: DashboardAction): boolean {
  return action === 'approve' || action === 'reject' || action === 'withdraw';
}

function outdated({ changeId, seq }: ActionInput, { history }: ChangeDetail): string | undefined {
  const last = history.at(-1)?.seq;
  return seq === undefined || seq === last
    ? undefined
    : new OutdatedRequestError(changeId, seq, last).message;
}
