import { FlamingockEvents } from '../reporting/event-publisher.js';
import { RunMetrics } from '../reporting/run-metrics.js';
import type { ChangeReport, ExecutionReport } from '../reporting/execution-report.js';
import type { StartReport } from '../reporting/start-state.js';
import { probeAnswer } from './probe-answer.js';

const ABOUT = { service: 'inventory', executionId: 'x' };
const START: StartReport = { ...ABOUT, state: 'applying', reason: 'because', forMs: 5, pending: 3 };
const change = (fields: Partial<ChangeReport>): ChangeReport => ({
  changeId: 'fill',
  stage: 'main',
  order: '0003',
  targetSystem: 'db',
  result: 'executed',
  reason: 'never executed',
  durationMs: 200,
  ...fields,
});
const report: ExecutionReport = {
  ...ABOUT,
  status: 'stopped',
  changes: [],
  durationMs: 1,
  waitedMs: 1_500,
  waitedFor: 'h (pid 2, token 7)',
  warnings: [],
};

let events: FlamingockEvents;
let metrics: RunMetrics;
beforeEach(() => {
  events = new FlamingockEvents(() => undefined);
  metrics = new RunMetrics(events);
});
const ask = (url: string, start = START, method = 'GET') =>
  probeAnswer(method, url, { start, metrics, since: '2026-01-01T00:00:00.000Z', role: 'both' });

describe('a probe', () => {
  it('is alive in every state', () => {
    for (const state of ['starting', 'failed'] as const)
      expect(ask('/livez', { ...START, state })).toMatchObject({
        status: 200,
        body: '{"state":"alive"}\n',
      });
  });

  it.each(['starting', 'waiting', 'applying', 'blocked', 'failed'] as const)('is not ready: %s', (state) => {
    const { status, body } = ask('/readyz?verbose', { ...START, state });
    expect(status).toBe(503);
    expect(JSON.parse(body)).toEqual({
      ...ABOUT,
      state,
      reason: 'because',
      since: '2026-01-01T00:00:00.000Z',
      role: 'both',
      forMs: 5,
      pending: 3,
    });
  });

  it('is ready', () => {
    expect(ask('/readyz', { ...START, state: 'ready' }).status).toBe(200);
  });

  it('masks secrets in every text', () => {
    const { body } = ask('/readyz', { ...START, reason: 'postgres://me:hidden@db is "away"' });
    expect(body).not.toContain('hidden');
    expect(JSON.parse(body)).toMatchObject({ reason: 'postgres://me:***@db is "away"' });
  });

  it('answers nothing else', () => {
    expect(ask('/').status).toBe(404);
    expect(ask('/livez', START, 'POST').status).toBe(405);
    expect(ask('/livez', START, 'HEAD').status).toBe(200);
  });
});

describe('metrics', () => {
  const lines = (start = START) => ask('/metrics', start).body.trimEnd().split('\n');

  it('count what runs have come to, and how long it took', () => {
    events.publish('change.completed', { ...ABOUT, change: change({}) });
    events.publish('change.completed', { ...ABOUT, change: change({ result: 'reconciled', durationMs: 0 }) });
    events.publish('change.failed', {
      ...ABOUT,
      change: change({ result: 'failed', changeId: 'b', durationMs: 6_000 }),
    });
    const issue = change({ result: 'failed', changeId: 'b' });
    events.publish('issue.opened', { ...ABOUT, change: issue, actor: undefined, reason: undefined });
    events.publish('run.failed', { ...ABOUT, error: new TypeError('b'), report });
    expect(lines()).toEqual(
      expect.arrayContaining([
        '# TYPE flamingock_changes_total counter',
        'flamingock_changes_total{service="inventory",result="executed"} 1',
        'flamingock_changes_total{service="inventory",result="reconciled"} 1',
        'flamingock_changes_total{service="inventory",result="failed"} 1',
        '# TYPE flamingock_change_duration_seconds histogram',
        'flamingock_change_duration_seconds_bucket{service="inventory",result="executed",le="0.1"} 0',
        'flamingock_change_duration_seconds_bucket{service="inventory",result="executed",le="0.5"} 1',
        'flamingock_change_duration_seconds_bucket{service="inventory",result="executed",le="+Inf"} 1',
        'flamingock_change_duration_seconds_sum{service="inventory",result="failed"} 6',
        'flamingock_change_duration_seconds_count{service="inventory",result="failed"} 1',
        'flamingock_lock_wait_seconds_count{service="inventory"} 1',
        'flamingock_issues{service="inventory"} 1',
        'flamingock_backlog{service="inventory"} 3',
        'flamingock_state{service="inventory",state="applying"} 1',
        'flamingock_state{service="inventory",state="ready"} 0',
      ]),
    );
    events.publish('issue.resolved', {
      ...ABOUT,
      changeId: 'b',
      state: 'MANUAL_MARKED_AS_EXECUTED',
      actor: undefined,
      reason: undefined,
    });
    expect(lines()).toContain('flamingock_issues{service="inventory"} 0');
  });

  it('count the issues that a process meets which only waits', () => {
    const issue = { changeId: 'b', stage: 'main', state: 'STARTED', reason: 'never ended' } as const;
    const awaiting = { ...ABOUT, reason: 'nobody is at work', pending: ['b', 'c'] };
    events.publish('run.awaiting', { ...awaiting, issues: [issue] });
    expect(lines()).toContain('flamingock_issues{service="inventory"} 1');
    events.publish('run.awaiting', { ...awaiting, issues: [] });
    expect(lines()).toContain('flamingock_issues{service="inventory"} 0');
  });

  it('tell how far a change has come, and name what is not known not at all', () => {
    const underway = { id: 'fill "all"', stage: 'main', position: 1, of: 2, runningMs: 2_500 };
    const progress = { done: 1, total: 4, percent: 25 };
    expect(lines({ ...START, change: { ...underway, progress } })).toEqual(
      expect.arrayContaining([
        String.raw`flamingock_change_progress_ratio{service="inventory",stage="main",change="fill \"all\""} 0.25`,
        String.raw`flamingock_change_running_seconds{service="inventory",stage="main",change="fill \"all\""} 2.5`,
      ]),
    );
    const early = lines({ state: 'starting', reason: '', forMs: 0 });
    expect(early.join('\n')).not.toMatch(/backlog|progress/);
    expect(early).toContain('flamingock_issues 0');
  });

  it('are in the text format, each family once, with its help and type before its samples', () => {
    const families = lines()
      .filter((line) => line.startsWith('# TYPE'))
      .map((line) => line.split(' ')[2]);
    expect(new Set(families).size).toBe(families.length);
    for (const line of lines())
      expect(line).toMatch(/^(# (HELP|TYPE) [a-z_]+ .+|[a-z_]+(\{([a-z]+="([^"\\]|\\.)*",?)+\})? [\d.]+)$/);
    expect(ask('/metrics').type).toBe('text/plain; version=0.0.4; charset=utf-8');
  });
});
