import { Inject, Injectable, Logger } from '@nestjs/common';
import {
  FlamingockService,
  type Actor,
  type IssueDecisionRequest,
  type ReasonedContext,
} from '@nestjs-flamingock/core';
import { Access, ACCESS } from '../access/access.js';
import { ACTIONS, type ActionPreview, type ActionResult, type DashboardAction } from '../api/contract.js';
import type { PlatformRequest } from '../request/exchange.js';
import type { ResolvedAccess } from '../options/dashboard-options.js';
import { NoSuchRouteError } from '../options/request.errors.js';
import { inputOf, subjectOf, type ActionInput } from './action-fields.js';
import { previewOf } from './previews.js';

/** What an action has done, besides what it was about. */
type Done = Omit<ActionResult, 'action' | 'subject'>;

/** Does what the page is told to, by the facade alone, for whoever may. */
@Injectable()
export class DashboardActions {
  private readonly logger = new Logger('FlamingockDashboard');

  constructor(
    private readonly flamingock: FlamingockService,
    private readonly access: Access,
    @Inject(ACCESS) private readonly options: ResolvedAccess,
  ) {}

  /**
   * Does something, or tells what it would do.
   *
   * @param body Asked for only once it is certain that the page itself asks.
   * @throws RequestRefusedError, InvalidRequestError, and what the facade throws.
   */
  async act(
    request: PlatformRequest,
    name: string,
    body: () => Promise<Readonly<Record<string, unknown>>>,
    isPreview: boolean,
  ): Promise<ActionPreview | ActionResult> {
    await this.access.assertOwnPage(request);
    const action = ACTIONS.find((one) => one === name);
    if (!action) throw new NoSuchRouteError('There is no such action.');
    const input = inputOf(action, await body(), isPreview);
    const subject = subjectOf(action, input);
    const actor = await this.access.assertMay(request, action, subject);
    if (isPreview) return previewOf(this.flamingock, action, input, actor);
    const done = await this.perform(action, input, this.contextOf(actor, input));
    this.logger.log(`${action} ${JSON.stringify(subject.id)} by ${JSON.stringify(actor.name)}: ${done.done}`);
    return { action, subject, ...done };
  }

  /** A reason that is missing is refused with all other faults before this; it is optional for a preview. */
  private contextOf(actor: Actor, { reason = '' }: ActionInput): ReasonedContext {
    return { actor, reason, waitMs: this.options.lockWaitMs };
  }

  private perform(action: DashboardAction, input: ActionInput, context: ReasonedContext): Promise<Done> {
    switch (action) {
      case 'fix':
        return this.fix(input, context);
      case 'undo':
        return this.undo(input, context);
      case 'approve':
      case 'reject':
      case 'withdraw':
        return this.decideChange(action, input, context);
      case 'review':
        return this.review(input, context);
      case 'resend-alert':
      case 'close-circuit':
      case 'release-lock':
        return this.operate(action, input, context);
      case 'approve-resolution':
        return this.decideIssue('approve', input, context);
      case 'reject-resolution':
        return this.decideIssue('reject', input, context);
      case 'withdraw-resolution':
        return this.decideIssue('withdraw', input, context);
      case 'acknowledge':
      case 'assign':
      case 'comment':
      case 'snooze':
      case 'propose':
        return this.decideIssue(action, input, context);
    }
  }

  private async fix({ changeId, resolution, seq }: ActionInput, context: ReasonedContext): Promise<Done> {
    const request = { changeId, resolution: resolution as 'EXECUTED', ...(seq !== undefined && { seq }) };
    const fix = await this.flamingock.audit.fix(request, context);
    return { done: `It is recorded as ${fix.state}.`, fix };
  }

  private async undo({ changeId, seq }: ActionInput, context: ReasonedContext): Promise<Done> {
    const undo = await this.flamingock.undo({ changeId, ...(seq !== undefined && { seq }) }, context);
    return { done: undo.status === 'undone' ? 'It is undone.' : 'The undo was stopped.', undo };
  }

  private async decideChange(
    kind: 'approve' | 'reject' | 'withdraw',
    { changeId, digest }: ActionInput,
    context: ReasonedContext,
  ): Promise<Done> {
    const request = { kind, changeId, ...(digest !== undefined && { digest }) };
    const decision = await this.flamingock.approvals.decide(request, context);
    return { done: `Decision ${decision.seq} is recorded.`, decision };
  }

  private async review({ changeId }: ActionInput, context: ReasonedContext): Promise<Done> {
    const decision = await this.flamingock.approvals.review(changeId, context);
    return { done: `Decision ${decision.seq} is recorded.`, decision };
  }

  private async decideIssue(
    kind: IssueDecisionRequest['kind'],
    { changeId, seq, assignee, until, resolution }: ActionInput,
    context: ReasonedContext,
  ): Promise<Done> {
    const request = { kind, changeId, assignee, until, resolution, seq } as IssueDecisionRequest;
    const decision = await this.flamingock.issues.decide(request, context);
    return { done: `Decision ${decision.seq} is recorded.`, decision };
  }

  private async operate(
    action: 'resend-alert' | 'close-circuit' | 'release-lock',
    { alertId, targetSystem, token }: ActionInput,
    context: ReasonedContext,
  ): Promise<Done> {
    const { alerts, circuits, lock } = this.flamingock;
    switch (action) {
      case 'resend-alert': {
        const count = await alerts.resend(alertId, context);
        return { done: `${count} ${count === 1 ? 'message is' : 'messages are'} tried anew.` };
      }
      case 'close-circuit':
        return {
          done: (await circuits.close({ targetSystem }, context))
            ? 'Its circuit is closed.'
            : 'No failure of it was counted.',
        };
      case 'release-lock':
        return {
          done: (await lock.release({ token }, context))
            ? 'The lock is free.'
            : 'That acquisition held it no more.',
        };
    }
  }
}
