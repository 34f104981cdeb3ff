import { Get, HttpCode, Param, Post, Req, Res } from '@nestjs/common';
import { FlamingockService, type Action, type AuditState } from '@nestjs-flamingock/core';
import { AUDIT_STATES, COMPLIANCE_CONTROLS } from '@nestjs-flamingock/core/adapter';
import { DashboardActions } from '../actions/dashboard-actions.js';
import { ROUTES } from '../api/contract.js';
import type { ClientFile, ClientFiles } from '../assets/client-files.js';
import { EventStreams } from '../live/event-streams.js';
import { LiveFeed } from '../live/live-feed.js';
import { NoSuchRouteError } from '../options/request.errors.js';
import { bodyOf } from '../request/body.js';
import { answerTo } from './error-answer.js';
import {
  ASSET_HEADERS,
  headerOf,
  PAGE_HEADERS,
  send,
  sendJson,
  takeOver,
  type PlatformRequest,
  type PlatformResponse,
} from '../request/exchange.js';
import { FORMATS, sendHistory, sendReport } from './files.js';
import { Query } from '../request/query.js';
import { Views } from './views.js';

const PAGE_FILE = 'index.html';
const ACTIONS_OF_PLANS = ['EXECUTE', 'SKIP', 'RECONCILE', 'MANUAL_INTERVENTION', 'WAIT'] as const;

/** The routes of the dashboard; the module makes a controller of it, with path and guards. */
export abstract class DashboardController {
  protected abstract readonly flamingock: FlamingockService;
  protected abstract readonly views: Views;
  protected abstract readonly actions: DashboardActions;
  protected abstract readonly feed: LiveFeed;
  protected abstract readonly streams: EventStreams;
  protected abstract readonly files: ClientFiles;

  /** What the page loads is relative to it, so it has a name below the path, whatever a proxy makes of that. */
  @Get(ROUTES.page)
  entrance(@Req() request: PlatformRequest, @Res() response: PlatformResponse): void {
    const [path = ''] = (request.originalUrl ?? request.url).split('?');
    const own = encodeURIComponent(decoded(path.split('/').at(-1) ?? ''));
    const folder = own === '' ? '' : `${own}/`;
    send(response, 302, { ...PAGE_HEADERS, Location: `./${folder}${PAGE_FILE}` }, '');
  }

  @Get(PAGE_FILE)
  page(@Req() request: PlatformRequest, @Res() response: PlatformResponse): void {
    this.sendFile(request, response, this.files.page, PAGE_HEADERS);
  }

  @Get(`${ROUTES.assets}/:file`)
  asset(
    @Param('file') name: string,
    @Req() request: PlatformRequest,
    @Res() response: PlatformResponse,
  ): Promise<void> {
    return this.answer(response, () => {
      const file = this.files.assets.get(name);
      if (!file) throw new NoSuchRouteError('There is no such file.');
      this.sendFile(request, response, file, ASSET_HEADERS);
    });
  }

  @Get(ROUTES.session)
  session(@Req() request: PlatformRequest, @Res() response: PlatformResponse): Promise<void> {
    return this.answer(response, async () => {
      const { cookie, ...session } = await this.views.session(request);
      sendJson(response, session, 200, cookie === undefined ? {} : { 'Set-Cookie': cookie });
    });
  }

  @Get(ROUTES.overview)
  overview(@Req() request: PlatformRequest, @Res() response: PlatformResponse): Promise<void> {
    return this.json(response, () => this.views.overview(request));
  }

  @Get(ROUTES.runs)
  runs(@Req() request: PlatformRequest, @Res() response: PlatformResponse): Promise<void> {
    return this.json(response, () => this.flamingock.runs.list(pageIn(new Query(request))));
  }

  @Get(ROUTES.run)
  run(@Req() request: PlatformRequest, @Res() response: PlatformResponse): Promise<void> {
    return this.json(response, () => this.flamingock.runs.get(new Query(request).number('seq') ?? 0));
  }

  @Get(ROUTES.changes)
  changes(@Req() request: PlatformRequest, @Res() response: PlatformResponse): Promise<void> {
    return this.json(response, () => {
      const query = new Query(request);
      const { limit } = pageIn(query);
      const [text, after] = [query.text('q'), query.text('after')];
      return this.flamingock.changes.list({
        states: query.oneOf('state', AUDIT_STATES),
        actions: query.oneOf('action', ACTIONS_OF_PLANS satisfies readonly Action[]),
        ...(text !== undefined && { text }),
        ...(after !== undefined && { after }),
        ...(limit !== undefined && { limit }),
      });
    });
  }

  @Get(ROUTES.change)
  change(@Req() request: PlatformRequest, @Res() response: PlatformResponse): Promise<void> {
    return this.json(response, () => this.views.change(request, new Query(request).needed('id')));
  }

  @Get(ROUTES.issues)
  issues(@Res() response: PlatformResponse): Promise<void> {
    return this.json(response, async () => ({ issues: await this.flamingock.issues.list() }));
  }

  @Get(ROUTES.issue)
  issue(@Req() request: PlatformRequest, @Res() response: PlatformResponse): Promise<void> {
    return this.json(response, () => this.views.issue(request, new Query(request).needed('id')));
  }

  @Get(ROUTES.history)
  history(@Req() request: PlatformRequest, @Res() response: PlatformResponse): Promise<void> {
    return this.json(response, () => {
      const query = new Query(request);
      const [text, changeId] = [query.text('q'), query.text('changeId')];
      return this.flamingock.audit.page({
        ...pageIn(query),
        states: query.oneOf<AuditState>('state', AUDIT_STATES),
        ...(text !== undefined && { text }),
        ...(changeId !== undefined && { changeId }),
      });
    });
  }

  @Get(ROUTES.exportHistory)
  exportHistory(@Res() response: PlatformResponse): Promise<void> {
    return this.answer(response, () => sendHistory(response, this.flamingock.audit.export()));
  }

  @Get(ROUTES.integrity)
  integrity(@Res() response: PlatformResponse): Promise<void> {
    return this.json(response, () => this.views.integrity());
  }

  @Get(ROUTES.report)
  report(@Req() request: PlatformRequest, @Res() response: PlatformResponse): Promise<void> {
    return this.answer(response, () => {
      const query = new Query(request);
      const [format = 'html'] = query.oneOf('format', FORMATS);
      const [control] = query.oneOf('control', COMPLIANCE_CONTROLS);
      const [from, to] = [query.text('from'), query.text('to')];
      const period = { ...(from !== undefined && { from }), ...(to !== undefined && { to }) };
      const items = this.flamingock.audit.compliance({ ...period, ...(control && { control }) });
      return sendReport(response, items, format);
    });
  }

  @Get(ROUTES.alerts)
  alerts(@Req() request: PlatformRequest, @Res() response: PlatformResponse): Promise<void> {
    return this.json(response, () => this.views.alerts(request));
  }

  @Get(ROUTES.circuits)
  circuits(@Req() request: PlatformRequest, @Res() response: PlatformResponse): Promise<void> {
    return this.json(response, () => this.views.circuits(request));
  }

  @Get(ROUTES.live)
  live(@Req() request: PlatformRequest, @Res() response: PlatformResponse): Promise<void> {
    return this.json(response, () => this.feed.news(new Query(request).number('after')));
  }

  @Get(ROUTES.events)
  events(@Req() request: PlatformRequest, @Res() response: PlatformResponse): Promise<void> {
    return this.answer(response, () => {
      const after = lastKnown(request);
      this.streams.assertRoom();
      if (request.method === 'HEAD') send(response, 200, {}, '');
      else this.streams.open(takeOver(response), after);
    });
  }

  @Post(`${ROUTES.actions}/:action`)
  @HttpCode(200)
  act(
    @Param('action') action: string,
    @Req() request: PlatformRequest,
    @Res() response: PlatformResponse,
  ): Promise<void> {
    return this.json(response, () => {
      const isPreview = new Query(request).has('preview');
      return this.actions.act(request, action, () => bodyOf(request), isPreview);
    });
  }

  private json(response: PlatformResponse, work: () => Promise<unknown>): Promise<void> {
    return this.answer(response, async () => sendJson(response, await work()));
  }

  /** What is no error of ours is the application's, whose filters see it. */
  private async answer(response: PlatformResponse, work: () => void | Promise<void>): Promise<void> {
    try {
      await work();
    } catch (error) {
      const told = answerTo(error);
      if (!told) throw error;
      sendJson(response, told.answer, told.status, told.status === 503 ? { 'Retry-After': '5' } : {});
    }
  }

  private sendFile(
    request: PlatformRequest,
    response: PlatformResponse,
    file: ClientFile,
    headers: Readonly<Record<string, string>>,
  ): void {
    const isZipped = /\bgzip\b/.test(headerOf(request, 'accept-encoding') ?? '');
    const encoding: Record<string, string> = isZipped ? { 'Content-Encoding': 'gzip' } : {};
    const all = { ...headers, 'Content-Type': file.type, Vary: 'Accept-Encoding', ...encoding };
    send(response, 200, all, isZipped ? file.gzip : file.content);
  }
}

function pageIn(query: Query): { readonly before?: number; readonly limit?: number } {
  const [before, limit] = [query.number('before'), query.number('limit')];
  return { ...(before !== undefined && { before }), ...(limit !== undefined && { limit }) };
}

/** The last entry that a page knows: that of its last event, or that with which it was loaded. */
function lastKnown(request: PlatformRequest): number | undefined {
  const id = headerOf(request, 'last-event-id');
  return id !== undefined && /^\d{1,15}$/.test(id) ? Number(id) : new Query(request).number('after');
}

function decoded(segment: string): string {
  try {
    return decodeURIComponent(segment);
  } catch {
    return segment;
  }
}
