import { Inject, Injectable } from '@nestjs/common';
import { FlamingockService, type Actor, type ActorKind } from '@nestjs-flamingock/core';
import type { ActionOffer, DashboardAction, DashboardSubject } from '../api/contract.js';
import { CSRF_HEADER } from '../api/contract.js';
import { headerOf, type PlatformRequest } from '../request/exchange.js';
import type { ResolvedAccess } from '../options/dashboard-options.js';
import {
  ActionForbiddenError,
  CrossSiteError,
  CsrfTokenError,
  ReadOnlyDashboardError,
} from '../options/request.errors.js';
import { hasCsrfToken } from './csrf.js';
import { isSameOrigin } from './same-origin.js';

/** Where the resolved options are. */
export const ACCESS = Symbol('flamingock:dashboard-access');

const KINDS: readonly string[] = ['human', 'ci', 'agent', 'service'] satisfies ActorKind[];
const NOT_PERMITTED = 'You are not permitted to do that.';
const READ_ONLY = 'The dashboard is read-only here.';

/** Who asks, and why nothing can be done, where that is so. */
export interface Visitor {
  readonly actor?: Actor;
  readonly whyReadOnly?: string;
}

/** Says who may do what, as the application has it. */
@Injectable()
export class Access {
  constructor(
    @Inject(ACCESS) readonly options: ResolvedAccess,
    private readonly flamingock: FlamingockService,
  ) {}

  async visitorOf(request: PlatformRequest): Promise<Visitor> {
    const { actor: ask, readOnly } = this.options;
    if (!ask) return { whyReadOnly: `${READ_ONLY} Its module is not told who asks: set actor.` };
    const actor = actorIn(await ask(request));
    const who = actor && { actor };
    if (readOnly) return { ...who, whyReadOnly: `${READ_ONLY} The application has set readOnly.` };
    return who ?? { whyReadOnly: `${READ_ONLY} The application does not know who you are.` };
  }

  /** Whether a visitor may do something now, where it makes sense. */
  async offer(
    { actor, whyReadOnly }: Visitor,
    action: DashboardAction,
    subject: DashboardSubject,
    refusal?: string,
  ): Promise<ActionOffer> {
    const why = whyReadOnly ?? ((await this.may(actor, action, subject)) ? refusal : NOT_PERMITTED);
    return { action, isAllowed: why === undefined, ...(why !== undefined && { why }) };
  }

  /**
   * Who does something: only what comes from the page itself, by somebody who may.
   *
   * @throws RequestRefusedError
   */
  async assertMay(
    request: PlatformRequest,
    action: DashboardAction,
    subject: DashboardSubject,
  ): Promise<Actor> {
    const { actor, whyReadOnly } = await this.visitorOf(request);
    if (!actor || whyReadOnly !== undefined) throw new ReadOnlyDashboardError(whyReadOnly ?? READ_ONLY);
    if (!(await this.may(actor, action, subject))) throw new ActionForbiddenError(NOT_PERMITTED);
    return actor;
  }

  /**
   * That the request comes from a page of this dashboard, and no other.
   *
   * @throws RequestRefusedError
   */
  async assertOwnPage(request: PlatformRequest): Promise<void> {
    if (!isSameOrigin(request, this.options.origins))
      throw new CrossSiteError(
        'Actions are taken from the page of the dashboard alone, and this one says that it comes from elsewhere. Where ' +
          'a proxy hides the host that was asked for, name the origin of the page in origins.',
      );
    const { actor, whyReadOnly } = await this.visitorOf(request);
    if (!actor || whyReadOnly !== undefined) throw new ReadOnlyDashboardError(whyReadOnly ?? READ_ONLY);
    const { service } = this.flamingock.options;
    if (!hasCsrfToken(request, headerOf(request, CSRF_HEADER), service, actor))
      throw new CsrfTokenError(
        `The header ${CSRF_HEADER} and the cookie do not belong together, or to another user. Load the page again.`,
      );
  }

  private async may(
    actor: Actor | undefined,
    action: DashboardAction,
    subject: DashboardSubject,
  ): Promise<boolean> {
    const { can } = this.options;
    if (!actor) return false;
    try {
      if (!can) return true;
      const answer: unknown = await can(actor, action, subject);
      return answer === true;
    } catch {
      return false;
    }
  }
}

/** Whatever an application says: what is no actor is nobody. */
function actorIn(given: unknown): Actor | undefined {
  const { kind, name } = (
    typeof given === 'string' ? { kind: 'human', name: given } : (given ?? {})
  ) as Actor;
  if (typeof name !== 'string' || name.trim() === '' || !KINDS.includes(kind)) return undefined;
  return { kind, name, via: 'dashboard' };
}
