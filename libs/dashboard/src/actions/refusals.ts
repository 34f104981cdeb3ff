import type { Actor, ChangeDetail } from '@nestjs-flamingock/core';
import { isSameName } from '@nestjs-flamingock/core/adapter';
import type { DashboardAction } from '../api/contract.js';

/** Actions about the work on an issue. */
export const ISSUE_ACTIONS = [
  'acknowledge',
  'assign',
  'comment',
  'snooze',
  'propose',
  'approve-resolution',
  'reject-resolution',
  'withdraw-resolution',
  'fix',
] as const satisfies readonly DashboardAction[];

/** The actions that make sense for a change as it is, whoever does them. */
export function actionsFor({
  issue,
  approval,
  emergency,
  state,
  work,
  hasRollback,
}: ChangeDetail): DashboardAction[] {
  const isApplied = state === 'EXECUTED' || state === 'MANUAL_MARKED_AS_EXECUTED';
  const isUndo = isApplied && hasRollback;
  const ofProposal = ['approve-resolution', 'reject-resolution', 'withdraw-resolution'] as const;
  return [
    ...(issue
      ? ISSUE_ACTIONS.filter(
          (action) => work.proposal !== undefined || !ofProposal.some((one) => one === action),
        )
      : []),
    ...(!issue && isUndo ? (['propose'] as const) : []),
    ...(!issue && work.proposal ? ofProposal : []),
    ...(isUndo ? (['undo'] as const) : []),
    ...(approval ? (['approve', 'reject', 'withdraw'] as const) : []),
    ...(emergency ? (['review'] as const) : []),
  ];
}

/** Why something about a change would be refused now, as a sentence; `undefined` where nothing is known against it. */
export function refusalOf(
  action: DashboardAction,
  change: ChangeDetail,
  actor: Actor | undefined,
  resolution?: string,
): string | undefined {
  switch (action) {
    case 'acknowledge':
    case 'assign':
    case 'comment':
    case 'snooze':
      return change.issue ? undefined : 'It needs no manual check.';
    case 'propose':
      return undefined;
    case 'fix':
      return change.issue
        ? missing(change, resolution ?? 'EXECUTED', 'ROLLED_BACK')
        : 'It needs no manual check.';
    case 'undo':
      return change.hasRollback ? missing(change, 'UNDONE') : 'The code has no rollback method for it.';
    case 'approve-resolution':
    case 'reject-resolution':
    case 'withdraw-resolution':
      return ofProposal(change, actor);
    case 'approve':
      if (actor && isSameName(actor.name, change.author)) return 'You are its author: another person has to.';
      return onlyHuman(actor);
    case 'reject':
    case 'withdraw':
      return onlyHuman(actor);
    case 'review':
      return change.emergency ? onlyHuman(actor) : 'No emergency run of it waits for a review.';
    case 'resend-alert':
    case 'close-circuit':
    case 'release-lock':
      return undefined;
  }
}

/** Refused only where none of these resolutions has the approvals that it needs. */
function missing({ resolutions }: ChangeDetail, ...wanted: string[]): string | undefined {
  const asked = resolutions.filter(({ resolution }) => wanted.includes(resolution));
  const fewest = Math.min(...asked.map((need) => need.missing));
  if (asked.length === 0 || fewest === 0) return undefined;
  return `Others have to approve it first: ${fewest} ${fewest === 1 ? 'approval is' : 'approvals are'} missing.`;
}

function ofProposal({ work: { proposal } }: ChangeDetail, actor: Actor | undefined): string | undefined {
  if (!proposal) return 'Nothing is proposed about it as it is now.';
  if (actor && isSameName(proposal.by, actor.name)) return 'You have proposed it: another person has to.';
  return onlyHuman(actor);
}

function onlyHuman(actor: Actor | undefined): string | undefined {
  return actor && actor.kind !== 'human' ? `Only a human may; you are of kind ${actor.kind}.` : undefined;
}
