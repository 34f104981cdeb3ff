import { ManualRuntime } from '@nestjs-flamingock/testing';
import { FlamingockEvents } from './event-publisher.js';
import type { ChangeReport, ExecutionReport } from './execution-report.js';
import { StartState } from './start-state.js';

const ABOUT = { service: 'inventory', executionId: 'x' };
const HOLDER = {
  service: 'inventory',
  owner: 'o',
  host: 'h',
  pid: 2,
  token: 7,
  acquiredAt: 0,
  expiresAt: 9,
};
const change = (fields: Partial<ChangeReport> = {}): ChangeReport => ({
  changeId: 'fill',
  stage: 'main',
  order: '0003',
  targetSystem: 'db',
  result: 'executed',
  reason: 'never executed',
  durationMs: 12,
  ...fields,
});
const report = (
  changes: readonly ChangeReport[],
  fields: Partial<ExecutionReport> = {},
): ExecutionReport => ({
  ...ABOUT,
  status: 'applied',
  changes,
  durationMs: 40,
  waitedMs: 0,
  warnings: [],
  ...fields,
});

let runtime: ManualRuntime;
let events: FlamingockEvents;
let state: StartState;

beforeEach(() => {
  runtime = new ManualRuntime();
  events = new FlamingockEvents((error) => {
    throw error;
  });
  state = new StartState(events, runtime);
});

const begin = (changeId: string, position: number) =>
  events.publish('change.started', { ...ABOUT, stage: 'main', changeId, position, of: 4 });

describe('the state of a start', () => {
  it('is starting until a run begins, and says for how long', async () => {
    await runtime.advance(300);
    expect(state.report).toEqual({
      state: 'starting',
      reason: 'the application is being made',
      forMs: 300,
    });
  });

  it('is applying with the change, its place and how far it has come', async () => {
    events.publish('run.started', ABOUT);
    begin('first', 1);
    await runtime.advance(1_000);
    events.publish('change.completed', { ...ABOUT, change: change({ changeId: 'first' }) });
    begin('fill', 2);
    await runtime.advance(500);
    const progress = { done: 370, total: 1000, note: 'sku' };
    events.publish('change.progress', {
      ...ABOUT,
      stage: 'main',
      changeId: 'fill',
      ...progress,
      runningMs: 400,
    });
    expect(state.report).toMatchObject({
      ...ABOUT,
      state: 'applying',
      forMs: 1_500,
      pending: 3,
      change: {
        id: 'fill',
        stage: 'main',
        position: 2,
        of: 4,
        runningMs: 500,
        progress: { ...progress, percent: 37 },
      },
    });
  });

  it('is waiting with the holder, and what that one is at work on', () => {
    events.publish('run.waiting', { ...ABOUT, holder: HOLDER });
    expect(state.report).toMatchObject({
      state: 'waiting',
      holder: { host: 'h', pid: 2, token: 7 },
    });
    const activity = {
      stage: 'main',
      changeId: 'fill',
      position: 4,
      of: 12,
      startedAt: 0,
      runningMs: 2_000,
      progress: { done: 1, total: 4 },
    };
    events.publish('holder.progress', { ...ABOUT, holder: HOLDER, activity });
    expect(state.report.holder?.change).toMatchObject({
      id: 'fill',
      position: 4,
      of: 12,
      progress: { percent: 25 },
    });
  });

  it('is waiting where others are to apply the changes, and blocked while an issue stands in their way', async () => {
    const awaited = { ...ABOUT, reason: 'a job is to apply them', pending: ['a', 'fill'] };
    events.publish('run.started', ABOUT);
    events.publish('run.awaiting', { ...awaited, holder: HOLDER, issues: [] });
    expect(state.report).toMatchObject({
      state: 'waiting',
      reason: 'a job is to apply them',
      pending: 2,
      holder: { token: 7 },
    });
    const issue = { changeId: 'fill', stage: 'main', state: 'STARTED' as const, reason: 'it never ended' };
    events.publish('run.awaiting', { ...awaited, issues: [issue] });
    await runtime.advance(100);
    expect(state.report).toMatchObject({ state: 'blocked', forMs: 100, issues: [issue] });
    events.publish('run.awaiting', { ...awaited, issues: [] });
    expect(state.report).toMatchObject({ state: 'waiting' });
    expect(state.report).not.toHaveProperty('issues');
  });

  it('is starting once the changes are done, and ready once the application serves', () => {
    begin('fill', 1);
    events.publish('run.completed', { ...ABOUT, report: report([change()]) });
    expect(state.report).toMatchObject({ state: 'starting', pending: 0 });
    state.serves();
    expect(state.report).toMatchObject({ state: 'ready' });
    expect(state.report).not.toHaveProperty('change');
  });

  it('is ready without a run, where the application serves without one', () => {
    state.serves();
    expect(state.report.state).toBe('ready');
  });

  it('is applying again where an application that serves runs once more, and then ready', () => {
    state.serves();
    events.publish('run.started', ABOUT);
    begin('fill', 1);
    expect(state.report.state).toBe('applying');
    events.publish('run.completed', { ...ABOUT, report: report([change()]) });
    expect(state.report.state).toBe('ready');
  });

  it('is blocked with the issue, why, and the command that shows what to do', () => {
    const blocked = change({ result: 'blocked', state: 'STARTED', reason: 'it was started and never ended' });
    const changes = [blocked, change({ changeId: 'next', result: 'not-reached' })];
    const error = new TypeError('blocked');
    events.publish('run.failed', { ...ABOUT, error, report: report(changes, { status: 'stopped' }) });
    expect(state.report).toMatchObject({
      state: 'blocked',
      reason: 'a change needs a manual check',
      pending: 2,
      issues: [
        {
          changeId: 'fill',
          stage: 'main',
          state: 'STARTED',
          reason: 'it was started and never ended',
          next: expect.stringContaining('issue get -c fill') as string,
        },
      ],
    });
    state.startFailed(error);
    expect(state.report.state).toBe('blocked');
  });

  it('is failed with the reason, secrets masked', () => {
    const error = new TypeError('no answer of postgres://me:hidden@db');
    events.publish('run.failed', { ...ABOUT, error, report: report([], { status: 'stopped' }) });
    expect(state.report).toMatchObject({
      state: 'failed',
      reason: 'TypeError: no answer of postgres://me:***@db',
    });
  });

  it('is failed where the start fails before any run', () => {
    state.startFailed(new TypeError('not configured'));
    expect(state.report).toMatchObject({ state: 'failed', reason: 'TypeError: not configured' });
  });

  it('is that of the next run after one that failed', () => {
    const failed = report([change({ result: 'failed' })], { status: 'stopped' });
    events.publish('run.failed', { ...ABOUT, error: new TypeError('no'), report: failed });
    events.publish('run.started', ABOUT);
    expect(state.report).toEqual({
      ...ABOUT,
      state: 'starting',
      reason: 'the changes are looked at',
      forMs: 0,
    });
  });
});
