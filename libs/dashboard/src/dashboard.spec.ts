import 'reflect-metadata';
import { request as httpRequest } from 'node:http';
import fastifyHelmet from '@fastify/helmet';
import {
  VersioningType,
  type CallHandler,
  type ExecutionContext,
  type INestApplication,
} from '@nestjs/common';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import helmet from 'helmet';
import { map } from 'rxjs';
import {
  ACTIONS,
  CSRF_HEADER,
  ROUTES,
  type ActionPreview,
  type ChangeAnswer,
  type ErrorAnswer,
  type HistoryPage,
  type IntegrityAnswer,
  type IssueAnswer,
  type OverviewAnswer,
  type RunDetail,
  type RunList,
  type SessionAnswer,
} from './api/contract.js';
import { PLATFORMS, Served, type Platform } from './fixtures/served.js';
import { FlamingockDashboardModule } from './flamingock-dashboard.module.js';
import { InvalidDashboardOptionsError } from './options/dashboard.errors.js';

const BROKEN = 'publish <feed>/../é';
const READS = Object.values(ROUTES)
  .filter((route) => route !== ROUTES.actions && route !== ROUTES.assets)
  .map((route) => (route === '' ? '' : `/${route}`));

afterEach(() => Served.closeAll());
afterAll(() => Served.removePages());

async function failed(served: Served): Promise<Served> {
  await served.flamingock.execute().catch(() => undefined);
  return served;
}

async function codeOf(response: Response): Promise<string> {
  return ((await response.json()) as ErrorAnswer).error.code;
}

/** Sends a path as it is, which fetch would tidy up. */
function statusOf(served: Served, path: string): Promise<number | undefined> {
  return new Promise((resolve, reject) => {
    const { hostname, port } = new URL(served.origin);
    const sent = httpRequest({ hostname, port, path, headers: { 'x-user': 'bob' } }, (response) => {
      response.resume();
      resolve(response.statusCode);
    });
    sent.on('error', reject).end();
  });
}

it('refuses to be open to everybody, with every fault at once', () => {
  expect(() => FlamingockDashboardModule.forRoot({})).toThrow(/it has no guards/);
  const options = { path: 'a/../b', guards: [], gards: [] } as never;
  expect(() => FlamingockDashboardModule.forRoot(options)).toThrow(InvalidDashboardOptionsError);
  expect(() => FlamingockDashboardModule.forRoot(options)).toThrow(/gards.*no guards.*path must be/s);
});

describe.each(PLATFORMS)('the dashboard on %s', (platform) => {
  it('gives nothing to whom the guards do not let in, files and events included', async () => {
    const served = await Served.start(platform);
    for (const route of [...READS, '/index.html', '/assets/app-AB12.js']) {
      expect([route, (await served.get(route, {})).status]).toEqual([route, 401]);
      expect([route, (await served.get(route, { 'x-user': 'nobody' })).status]).toEqual([route, 403]);
    }
    for (const action of ACTIONS) {
      const headers = { 'content-type': 'application/json' };
      expect((await served.act(action, {}, headers)).status).toBe(401);
    }
  });

  it('answers each route with JSON that nobody keeps', async () => {
    const served = await failed(await Served.start(platform));
    const json = READS.filter((route) => !/^$|events|export|report/.test(route));
    for (const route of json) {
      const query = `?id=${encodeURIComponent(BROKEN)}&seq=1`;
      const response = await served.get(`${route}${query}`);
      expect([route, response.status]).toEqual([route, 200]);
      expect(response.headers.get('content-type')).toBe('application/json; charset=utf-8');
      expect(response.headers.get('cache-control')).toBe('no-store');
      expect(response.headers.get('x-content-type-options')).toBe('nosniff');
      expect(response.headers.get('content-security-policy')).toContain("default-src 'none'");
    }
  });

  it('serves the page with a policy that runs nothing inline and lets nobody frame it', async () => {
    const served = await Served.start(platform);
    const moved = await served.get('');
    expect([moved.status, moved.headers.get('location')]).toEqual([302, './flamingock/index.html']);
    const page = await served.get('/index.html');
    expect(await page.text()).toContain('<title>Flamingock</title>');
    const policy = page.headers.get('content-security-policy') ?? '';
    expect(policy).toContain("script-src 'self'");
    expect(policy).toContain("frame-ancestors 'none'");
    expect(policy).not.toContain('unsafe');
  });

  it('serves only files of the pages, for ever', async () => {
    const served = await Served.start(platform);
    const asset = await served.get('/assets/app-AB12.js');
    expect([asset.status, asset.headers.get('content-type')]).toEqual([
      200,
      'text/javascript; charset=utf-8',
    ]);
    expect(asset.headers.get('cache-control')).toBe('private, max-age=31536000, immutable');
    const paths = [
      '../secret.txt',
      '..%2fsecret.txt',
      '%2e%2e%2fsecret.txt',
      '..%5csecret.txt',
      'app-AB12.js%00',
    ];
    for (const path of [...paths, '%2fetc%2fpasswd', 'constructor', '__proto__'])
      expect(`${path}: ${await statusOf(served, `/flamingock/assets/${path}`)}`).toMatch(/: 40[04]$/);
  });

  it('leads an issue to its end, with who and why in the history', async () => {
    const served = await failed(await Served.start(platform));
    const { issue, actions } = await served.json<IssueAnswer>(`/api/issue?id=${encodeURIComponent(BROKEN)}`);
    expect(issue).toMatchObject({ changeId: BROKEN, state: 'EXECUTION_FAILED' });
    expect(actions).toContainEqual({ action: 'fix', isAllowed: true });
    const seq = issue.history.at(-1)?.seq;
    const fix = { changeId: BROKEN, resolution: 'EXECUTED', seq };
    const preview = (await (await served.act('fix?preview', fix)).json()) as ActionPreview;
    expect(preview).toMatchObject({
      actor: { kind: 'human', name: 'bob', via: 'dashboard' },
      keptIn: 'history',
      fields: { state: 'MANUAL_MARKED_AS_EXECUTED', operation: 'FIX' },
    });
    const done = await served.act('fix', { ...fix, reason: 'counted them' });
    expect([done.status, await done.json()]).toMatchObject([
      200,
      { fix: { state: 'MANUAL_MARKED_AS_EXECUTED' } },
    ]);
    const { entries } = await served.json<HistoryPage>('/api/history?limit=1');
    expect(entries).toMatchObject([
      { metadata: { by: 'bob', actorKind: 'human', via: 'dashboard', reason: 'counted them' } },
    ]);
    const again = await served.act('fix', { ...fix, reason: 'counted them' });
    expect([again.status, await codeOf(again)]).toEqual([409, 'FLAMINGOCK_OUTDATED_REQUEST']);
  });

  it('has two people agree, and lets one approval of two at once count for each of them only once', async () => {
    const settings = { resolution: { approvals: 2 } };
    const served = await failed(await Served.start(platform, {}, { settings }));
    const about = { changeId: BROKEN, reason: 'looked' };
    expect((await served.act('propose', { ...about, resolution: 'EXECUTED' }, 'ann')).status).toBe(200);
    const own = await served.act('approve-resolution', about, 'ann');
    expect([own.status, await codeOf(own)]).toEqual([409, 'FLAMINGOCK_DECISION_REFUSED']);
    const bob = await served.pageOf('bob');
    await Promise.all([
      served.act('approve-resolution', about, bob),
      served.act('approve-resolution', about, bob),
    ]);
    const { resolutions } = await served.json<IssueAnswer>(`/api/issue?id=${encodeURIComponent(BROKEN)}`);
    expect(resolutions).toContainEqual({ resolution: 'EXECUTED', missing: 1 });
    const early = await served.act('fix', { ...about, resolution: 'EXECUTED' });
    expect([early.status, await codeOf(early)]).toEqual([409, 'FLAMINGOCK_RESOLUTION_UNAPPROVED']);
  });

  it('undoes an applied change, after it has told that', async () => {
    const served = await failed(await Served.start(platform));
    const preview = (await (
      await served.act('undo?preview', { changeId: 'fill-prices' })
    ).json()) as ActionPreview;
    expect(preview.refusal).toBeUndefined();
    const done = await served.act('undo', { changeId: 'fill-prices', reason: 'recalled' });
    expect(await done.json()).toMatchObject({ undo: { status: 'undone' } });
  });

  it('lets a reader read, and do nothing', async () => {
    const served = await failed(await Served.start(platform));
    const headers = await served.pageOf('reader');
    const bodies = { changeId: BROKEN, alertId: 'a', targetSystem: 'files', token: 1 };
    const more = { assignee: 'x', until: '2099-01-01', resolution: 'EXECUTED', digest: 'x' };
    for (const action of ACTIONS) {
      const fields = { ...bodies, ...more };
      const probe = await served.act(`${action}?preview`, fields, headers);
      const { error } = (await probe.json()) as ErrorAnswer;
      const odd = new Set((error.faults ?? []).map(({ field }) => field));
      const body = Object.fromEntries(Object.entries(fields).filter(([field]) => !odd.has(field)));
      const response = await served.act(action, { ...body, reason: 'I may not' }, headers);
      expect([action, response.status, await codeOf(response)]).toEqual([
        action,
        403,
        'FLAMINGOCK_DASHBOARD_FORBIDDEN',
      ]);
    }
    const { actions } = await served.json<ChangeAnswer>(
      `/api/change?id=${encodeURIComponent(BROKEN)}`,
      'reader',
    );
    expect(actions.length).toBeGreaterThan(0);
    expect(actions.every(({ isAllowed }) => !isAllowed)).toBe(true);
  });

  it('is read-only without an actor, or where it is told to be', async () => {
    for (const access of [{ actor: undefined, can: undefined }, { readOnly: true }]) {
      const served = await failed(await Served.start(platform, access as never));
      const session = await served.json<SessionAnswer>('/api/session');
      expect(session).toMatchObject({ isReadOnly: true, whyReadOnly: expect.any(String) as string });
      expect(session.csrf).toBeUndefined();
      const response = await served.act('comment', { changeId: BROKEN, reason: 'x' });
      expect([response.status, await codeOf(response)]).toEqual([403, 'FLAMINGOCK_DASHBOARD_READ_ONLY']);
    }
  });

  it.each([
    ['another origin', { origin: 'https://evil.example.com' }, 'FLAMINGOCK_DASHBOARD_CROSS_SITE'],
    ['no origin', { origin: '' }, 'FLAMINGOCK_DASHBOARD_CROSS_SITE'],
    ['a page of the same site', { 'sec-fetch-site': 'same-site' }, 'FLAMINGOCK_DASHBOARD_CROSS_SITE'],
    ['no token', { [CSRF_HEADER]: '' }, 'FLAMINGOCK_DASHBOARD_CSRF'],
    [
      'a token of another browser',
      { cookie: `flamingock-dashboard=${'a'.repeat(43)}` },
      'FLAMINGOCK_DASHBOARD_CSRF',
    ],
    ['the token of another user', { 'x-user': 'carl' }, 'FLAMINGOCK_DASHBOARD_CSRF'],
  ])('does nothing for a request with %s', async (_what, odd, code) => {
    const served = await failed(await Served.start(platform));
    const headers = { ...(await served.pageOf('bob')), ...odd };
    const kept = Object.fromEntries(Object.entries(headers).filter(([, value]) => value !== ''));
    const response = await served.act('comment', { changeId: BROKEN, reason: 'x' }, kept);
    expect([response.status, await codeOf(response)]).toEqual([403, code]);
  });

  it('refuses what makes no sense, with all faults at once, and what is too large', async () => {
    const served = await failed(await Served.start(platform));
    const odd = await served.act('fix', { changeId: 7, resolution: 'MAYBE', isAdmin: true });
    const { error } = (await odd.json()) as ErrorAnswer;
    expect([odd.status, error.faults?.map(({ field }) => field)]).toEqual([
      400,
      ['changeId', 'resolution', 'isAdmin', 'reason'],
    ]);
    const large = await served.act('comment', { changeId: BROKEN, reason: 'x'.repeat(20_000) });
    expect(large.status).toBe(413);
    const huge = await served
      .act('comment', { changeId: BROKEN, reason: 'x'.repeat(5_000_000) })
      .catch(() => undefined);
    expect(huge?.status ?? 413).toBe(413);
    expect((await served.act('comment', '[]')).status).toBe(400);
    expect((await served.act('comment', '{"changeId":')).status).toBe(400);
    expect((await served.act('toString', {})).status).toBe(404);
    for (const query of ['limit=0', 'limit=x', 'before=-1', 'state=NONE', 'q=a&q=b', 'limit=501'])
      expect([query, (await served.get(`/api/history?${query}`)).status]).toEqual([query, 400]);
    expect((await served.get(`/api/history?q=${'x'.repeat(5_000)}`)).status).toBe(413);
    const unknown = await served.get('/api/change?id=none');
    expect([unknown.status, await codeOf(unknown)]).toEqual([404, 'FLAMINGOCK_UNKNOWN_CHANGE']);
    expect((await served.get('/api/run?seq=99')).status).toBe(404);
  });

  it('tells hostile names and errors as JSON alone, with secrets masked', async () => {
    const served = await failed(await Served.start(platform));
    const response = await served.get(`/api/history?q=${encodeURIComponent('<IMG')}`);
    const text = await response.text();
    expect(response.headers.get('content-type')).toContain('application/json');
    expect(text).toContain('onerror=alert(1)');
    expect(text).not.toContain('hunter2');
  });

  it('tells runs, the history page by page, the chain, and files of them', async () => {
    const served = await failed(await Served.start(platform));
    const { overview } = await served.json<OverviewAnswer>('/api/overview');
    expect(overview.issues).toHaveLength(1);
    const { runs } = await served.json<RunList>('/api/runs');
    const run = await served.json<RunDetail>(`/api/run?seq=${runs[0]?.lastSeq}`);
    expect(run.timeline.map(({ changeId }) => changeId)).toEqual(['fill-prices', BROKEN]);
    const { next } = await served.json<HistoryPage>('/api/history?limit=3');
    expect((await served.json<HistoryPage>(`/api/history?before=${next}`)).entries).toHaveLength(1);
    expect((await served.json<IntegrityAnswer>('/api/integrity')).verification).toMatchObject({
      ok: true,
      entries: 4,
    });
    const file = await served.get('/api/history/export');
    expect(file.headers.get('content-disposition')).toBe('attachment; filename="history.jsonl"');
    expect((await file.text()).trim().split('\n')).toHaveLength(4);
    for (const [format, begin] of [
      ['html', '<!'],
      ['json', '{"report"'],
      ['csv', 'exceptions,'],
    ] as const) {
      const report = await served.get(`/api/report?format=${format}&control=pci`);
      expect([report.status, (await report.text()).startsWith(begin)]).toEqual([200, true]);
    }
    expect((await served.get('/api/report?from=2026-02-30')).status).toBe(400);
  });

  it('is where the prefix and the version of the application have it, whatever its interceptors make of answers', async () => {
    const path = '/admin/v1/ops/changes';
    const served = await Served.start(
      platform,
      { path: '/ops/changes/' },
      {
        path,
        configure: (app) => {
          app.setGlobalPrefix('admin');
          app.enableVersioning({ type: VersioningType.URI, defaultVersion: '1' });
          app.useGlobalInterceptors({
            intercept: (_context: ExecutionContext, next: CallHandler) =>
              next.handle().pipe(map((data) => ({ data }))),
          });
        },
      },
    );
    expect(await served.json<SessionAnswer>('/api/session')).toMatchObject({ service: 'shop' });
    expect((await served.get('')).headers.get('location')).toBe('./changes/index.html');
  });
});

it.each<[Platform, (app: INestApplication) => unknown]>([
  ['Express', (app) => app.use(helmet())],
  ['Fastify', (app) => (app as NestFastifyApplication).register(fastifyHelmet)],
])('keeps its own policy where %s has helmet', async (platform, configure) => {
  const served = await failed(await Served.start(platform, {}, { configure: (app) => void configure(app) }));
  for (const route of [
    '/index.html',
    '/assets/app-AB12.js',
    '/api/overview',
    '/api/history/export',
    '/api/events',
  ]) {
    const response = await served.get(route);
    const policy = response.headers.get('content-security-policy');
    expect([route, response.status, policy]).toEqual([
      route,
      200,
      expect.stringMatching(/^default-src 'none'; [^,]+$/),
    ]);
    expect(response.headers.get('x-frame-options')).toBe('DENY');
    expect(response.headers.has('strict-transport-security')).toBe(true);
    await response.body?.cancel();
  }
});

it('reads a body by itself where the application parses none', async () => {
  const served = await failed(await Served.start('Express', {}, { parsesBodies: false }));
  expect((await served.act('comment', { changeId: BROKEN, reason: 'x' })).status).toBe(200);
  expect((await served.act('comment', { changeId: BROKEN, reason: 'x'.repeat(20_000) })).status).toBe(413);
  expect((await served.act('comment', 'no JSON')).status).toBe(400);
});
