import { Inject, Injectable } from '@nestjs/common';
import { FlamingockService, type ChangeDetail } from '@nestjs-flamingock/core';
import { cliCommand, SharedAnswer, timeOfDay, VERSION, type Runtime } from '@nestjs-flamingock/core/adapter';
import { Access, type Visitor } from '../access/access.js';
import { browserKey, csrfToken, type BrowserKey } from '../access/csrf.js';
import { actionsFor, ISSUE_ACTIONS, refusalOf } from '../actions/refusals.js';
import type {
  ActionOffer,
  AlertsAnswer,
  ChangeAnswer,
  CircuitsAnswer,
  IntegrityAnswer,
  IssueAnswer,
  OverviewAnswer,
  SessionAnswer,
} from '../api/contract.js';
import { RUNTIME } from '../live/live-feed.js';
import type { PlatformRequest } from '../request/exchange.js';

/** Milliseconds for which one walk of the whole chain is shown. */
const FRESH_MS = 30_000;
/** Milliseconds between two requests of a page that gets no events. */
const POLL_MS = 5_000;
/** Alerts that are shown. */
const MOST_ALERTS = 500;

/** What the pages are shown, with what the one who asks may do about it. */
@Injectable()
export class Views {
  private readonly verified: SharedAnswer<Pick<IntegrityAnswer, 'verification' | 'verifiedAt'>>;

  constructor(
    private readonly flamingock: FlamingockService,
    private readonly access: Access,
    @Inject(RUNTIME) runtime: Runtime,
  ) {
    this.verified = new SharedAnswer(() => this.verify(), FRESH_MS, runtime);
  }

  async session(request: PlatformRequest): Promise<SessionAnswer & Pick<BrowserKey, 'cookie'>> {
    const { actor, whyReadOnly } = await this.access.visitorOf(request);
    const { service } = this.flamingock.options;
    const known = { service, version: VERSION, pollMs: POLL_MS, ...(actor && { actor }) };
    if (!actor || whyReadOnly !== undefined)
      return { ...known, isReadOnly: true, ...(whyReadOnly !== undefined && { whyReadOnly }) };
    const { key, cookie } = browserKey(request);
    const csrf = csrfToken(key, service, actor);
    return { ...known, isReadOnly: false, csrf, ...(cookie !== undefined && { cookie }) };
  }

  async overview(request: PlatformRequest): Promise<OverviewAnswer> {
    const overview = await this.flamingock.overview();
    const { held, record } = overview.lock;
    const visitor = await this.access.visitorOf(request);
    const subject = { kind: 'lock', id: String(record?.token) } as const;
    const actions = held ? [await this.access.offer(visitor, 'release-lock', subject)] : [];
    return { overview, actions };
  }

  async change(request: PlatformRequest, id: string): Promise<ChangeAnswer> {
    const change = await this.flamingock.changes.get(id);
    return { change, actions: await this.offers(await this.access.visitorOf(request), change) };
  }

  /** @throws NoIssueError where it is no issue. */
  async issue(request: PlatformRequest, id: string): Promise<IssueAnswer> {
    const change = await this.flamingock.changes.get(id);
    const issue = change.issue ?? (await this.flamingock.issues.get(id));
    const offers = await this.offers(await this.access.visitorOf(request), change);
    const actions = offers.filter(({ action }) => ISSUE_ACTIONS.some((one) => one === action));
    const { resolutions, decisions, commands } = change;
    return { issue, resolutions, decisions, commands, actions };
  }

  async alerts(request: PlatformRequest): Promise<AlertsAnswer> {
    const visitor = await this.access.visitorOf(request);
    const alerts = (await this.flamingock.alerts.list()).reverse().slice(0, MOST_ALERTS);
    const shown = alerts.map(async (alert) => {
      const isDead = alert.deliveries.some(({ state }) => state === 'dead');
      const subject = { kind: 'alert', id: alert.id } as const;
      return { ...alert, actions: isDead ? [await this.access.offer(visitor, 'resend-alert', subject)] : [] };
    });
    return { alerts: await Promise.all(shown) };
  }

  async circuits(request: PlatformRequest): Promise<CircuitsAnswer> {
    const visitor = await this.access.visitorOf(request);
    const circuits = (await this.flamingock.circuits.list()).map(async (circuit) => {
      const subject = { kind: 'target-system', id: circuit.targetSystem } as const;
      return { ...circuit, actions: [await this.access.offer(visitor, 'close-circuit', subject)] };
    });
    return { circuits: await Promise.all(circuits) };
  }

  /** One walk of the chain at a time, for all who ask. */
  async integrity(): Promise<IntegrityAnswer> {
    const { evidence } = this.flamingock.options;
    return {
      ...(await this.verified.get()),
      evidence: {
        isSigned: evidence !== undefined,
        anchors: evidence?.anchors.map(({ name }) => name) ?? [],
      },
      commands: [
        cliCommand('audit verify'),
        cliCommand('audit verify --statement heads.jsonl --public-key evidence.pub.pem'),
      ],
    };
  }

  private async verify(): Promise<Pick<IntegrityAnswer, 'verification' | 'verifiedAt'>> {
    const verification = await this.flamingock.audit.verify();
    return { verification, verifiedAt: new Date(timeOfDay()).toISOString() };
  }

  private offers(visitor: Visitor, change: ChangeDetail): Promise<ActionOffer[]> {
    const subject = { kind: 'change', id: change.changeId } as const;
    return Promise.all(
      actionsFor(change).map((action) =>
        this.access.offer(visitor, action, subject, refusalOf(action, change, visitor.actor)),
      ),
    );
  }
}
