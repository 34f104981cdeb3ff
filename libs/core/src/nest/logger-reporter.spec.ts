import { ConsoleLogger, Logger, type LogLevel } from '@nestjs/common';
import { LockTimeoutError } from '../lock/lock.errors.js';
import { ChangeFailedError } from '../run/run.errors.js';
import { FlamingockEvents } from '../reporting/event-publisher.js';
import type { ChangeReport, ExecutionReport } from '../reporting/execution-report.js';
import { LoggerReporter } from './logger-reporter.js';

const ABOUT = { service: 'inventory', executionId: 'x' };
const change = (fields: Partial<ChangeReport> = {}): ChangeReport => ({
  changeId: 'add-category',
  stage: 'main',
  order: '0003',
  targetSystem: 'inventory-db',
  result: 'executed',
  reason: 'never executed',
  durationMs: 12,
  ...fields,
});
const report = (fields: Partial<ExecutionReport> = {}): ExecutionReport => ({
  ...ABOUT,
  status: 'applied',
  changes: [change()],
  durationMs: 40,
  waitedMs: 0,
  warnings: [],
  ...fields,
});

let logged: [string, string][];
let events: FlamingockEvents;

beforeEach(() => {
  logged = [];
  const to = (level: string) => (message: unknown) => void logged.push([level, String(message)]);
  Logger.overrideLogger({ log: to('log'), warn: to('warn'), error: to('error') });
  events = new FlamingockEvents(() => undefined);
  new LoggerReporter(events);
});

afterEach(() => {
  Logger.overrideLogger(true);
});

describe('LoggerReporter', () => {
  it('tells what is being applied while it is, and the report at the end', () => {
    const change1 = { stage: 'main', changeId: 'add-category', position: 1, of: 1 };
    events.publish('change.started', { ...ABOUT, ...change1 });
    events.publish('change.completed', { ...ABOUT, change: change() });
    events.publish('run.completed', { ...ABOUT, report: report() });
    expect(logged).toEqual([
      ['log', expect.stringContaining('"add-category"')],
      ['log', expect.stringMatching(/"add-category" in 12 ms/)],
      ['log', expect.stringMatching(/is up to date now/)],
    ]);
  });

  it('tells whom it waits for, and until when if that one is gone', () => {
    const holder = { service: 's', owner: 'o', host: 'h', pid: 2, token: 7, acquiredAt: 0 };
    events.publish('run.waiting', { ...ABOUT, holder: { ...holder, expiresAt: Date.UTC(2026, 0) } });
    expect(logged).toEqual([
      [
        'log',
        expect.stringMatching(
          /held by h \(pid 2, token 7\).*its lease ends by itself at 2026-01-01T.*--token 7/s,
        ),
      ],
    ]);
  });

  it('tells of an attempt that failed, and of an audit store that is away', () => {
    events.publish('change.retried', {
      ...ABOUT,
      changeId: 'add-category',
      attempt: 1,
      error: 'deadlock detected',
      pauseMs: 120,
    });
    events.publish('run.store-away', { ...ABOUT, error: 'ECONNREFUSED' });
    events.publish('run.store-back', ABOUT);
    expect(logged).toEqual([
      ['warn', expect.stringMatching(/Attempt 1 of "add-category" failed.* in 120 ms: deadlock detected/)],
      ['warn', expect.stringMatching(/audit store does not answer.*ECONNREFUSED/)],
      ['log', expect.stringContaining('answers again')],
    ]);
  });

  it('tells that it waits where it is not known for whom', () => {
    events.publish('run.waiting', { ...ABOUT, holder: undefined });
    expect(logged).toEqual([['log', expect.stringMatching(/another instance.*waiting/s)]]);
  });

  it('tells what it waits for without applying it', () => {
    events.publish('run.awaiting', {
      ...ABOUT,
      reason: 'nobody is at work',
      pending: ['a', 'b'],
      issues: [],
    });
    expect(logged).toEqual([
      [
        'log',
        expect.stringMatching(
          /^Waiting for 2 changes of service "inventory" .*role "wait".*: nobody is at work\.$/,
        ),
      ],
    ]);
  });

  it('warns of an issue that it waits for, with the next command', () => {
    const issue = {
      changeId: 'a',
      stage: 'main',
      state: 'STARTED',
      reason: 'its end was not recorded',
    } as const;
    events.publish('run.awaiting', {
      ...ABOUT,
      reason: '"a" needs an operator',
      pending: ['a'],
      issues: [issue],
    });
    expect(logged).toEqual([
      [
        'warn',
        expect.stringMatching(/1 change of.*"a" \(stage "main", STARTED\).*`.*issue get -c a --guidance`/s),
      ],
    ]);
  });

  it('tells what is still running, and what it waits for', () => {
    const event = { ...ABOUT, runningMs: 30_004 };
    events.publish('run.still-running', { ...event, changeId: 'a', waitsFor: 'its method execute()' });
    events.publish('run.still-running', { ...event, changeId: undefined, waitsFor: 'the lock' });
    expect(logged).toEqual([
      ['log', '"a" is still running after 30 s: waiting for its method execute().'],
      ['log', 'Flamingock is still running after 30 s: waiting for the lock.'],
    ]);
  });

  it('tells from five minutes on as a warning what is still running', () => {
    const event = { ...ABOUT, changeId: 'a', waitsFor: 'its method execute()' };
    for (const runningMs of [30_000, 300_000]) events.publish('run.still-running', { ...event, runningMs });
    expect(logged.map(([level]) => level)).toEqual(['log', 'warn']);
  });

  it('tells how far a change has come, now and then, and no more that it is still running', () => {
    const about = { ...ABOUT, stage: 'main', changeId: 'a', total: 600 };
    for (let second = 1; second <= 60; second += 1)
      events.publish('change.progress', { ...about, done: second, runningMs: second * 1000 });
    events.publish('run.still-running', { ...ABOUT, changeId: 'a', runningMs: 60_000, waitsFor: 'x' });
    expect(logged.map(([, text]) => text)).toEqual([
      'Applying "a": 0 % (5 of 600), 1/s, 10 min left',
      'Applying "a": 1 % (10 of 600), 1/s, 10 min left',
      'Applying "a": 3 % (20 of 600), 1/s, 10 min left',
      'Applying "a": 6 % (40 of 600), 1/s, 9 min left',
    ]);
  });

  it('tells what the holder that it waits for is at work on', () => {
    const holder = { service: 's', owner: 'o', host: 'h', pid: 2, token: 7, acquiredAt: 0, expiresAt: 9 };
    const activity = { stage: 'main', changeId: 'a', position: 4, of: 12, startedAt: 0, runningMs: 130_000 };
    const progress = { done: 37, total: 100 };
    events.publish('holder.progress', { ...ABOUT, holder, activity: { ...activity, progress } });
    expect(logged).toEqual([
      ['log', 'Waiting: h (pid 2, token 7) is applying "a" (4 of 12), 37 %, for 2 min'],
    ]);
  });

  it('says of changes that share a commit that they do', () => {
    for (const [position, changeId] of ['a', 'b'].entries())
      events.publish('change.started', { ...ABOUT, stage: 'main', changeId, position, of: 3 });
    for (const changeId of ['a', 'b'])
      events.publish('change.completed', { ...ABOUT, change: change({ changeId }) });
    events.publish('change.started', { ...ABOUT, stage: 'main', changeId: 'c', position: 3, of: 3 });
    expect(logged.map(([, text]) => text)).toEqual([
      'Applying "a" (stage "main")',
      'Applying "b" (stage "main"), to be committed with those before it',
      'Applied "a" in 12 ms',
      'Applied "b" in 12 ms',
      'Applying "c" (stage "main")',
    ]);
  });

  describe('where Nest’s logger writes JSON', () => {
    let written: Record<string, unknown>[];
    beforeEach(() => {
      written = [];
      class Captured extends ConsoleLogger {
        protected override printAsJson(message: unknown, { logLevel }: { logLevel: LogLevel }): void {
          written.push({ level: logLevel, message });
        }
      }
      Logger.overrideLogger(new Captured({ json: true }));
    });

    it('has the report once, as fields', () => {
      const changes = [change({ changeId: 'old', result: 'skipped' }), change()];
      events.publish('run.completed', { ...ABOUT, report: report({ changes, waitedMs: 7 }) });
      expect(written).toEqual([
        {
          level: 'log',
          message: expect.objectContaining({
            event: 'run.completed',
            text: 'Service "inventory" is up to date now: 1 skipped, 1 executed (40 ms)',
            ...ABOUT,
            status: 'applied',
            results: { skipped: 1, executed: 1 },
            waitedMs: 7,
            changes: [change()],
          }) as unknown,
        },
      ]);
    });

    it('has other lines with what they are made of', () => {
      events.publish('change.started', { ...ABOUT, stage: 'main', changeId: 'a', position: 1, of: 2 });
      const error = new LockTimeoutError('inventory', 5, undefined);
      events.publish('run.failed', { ...ABOUT, error, report: report({ status: 'stopped' }) });
      expect(written).toMatchObject([
        { message: { event: 'change.started', changeId: 'a', text: 'Applying "a" (stage "main")' } },
        { level: 'error', message: { event: 'run.failed', status: 'stopped' } },
        { level: 'error', message: { event: 'run.failed', code: 'FLAMINGOCK_LOCK_TIMEOUT' } },
      ]);
    });
  });

  it('warns before it reports', () => {
    events.publish('run.completed', { ...ABOUT, report: report({ warnings: ['applied out of order: a'] }) });
    expect(logged.map(([level]) => level)).toEqual(['warn', 'log']);
    expect(logged[0]?.[1]).toContain('applied out of order: a');
  });

  it('reports an application that is not complete as an error', () => {
    events.publish('run.completed', { ...ABOUT, report: report({ status: 'incomplete' }) });
    expect(logged.map(([level]) => level)).toEqual(['error']);
  });

  it('reports a failed change once, with its cause and what to do', () => {
    const failed = change({ result: 'failed', error: 'TypeError: broke', nextSteps: ['Look.'] });
    const stopped = report({ status: 'stopped', changes: [failed] });
    const error = new ChangeFailedError('add-category', stopped, new TypeError('broke'));
    events.publish('run.failed', { ...ABOUT, error, report: stopped });
    expect(logged).toEqual([['error', expect.stringMatching(/broke.*1\. Look\./s)]]);
  });

  it('tells what ended a run that no change ended', () => {
    const error = new TypeError('Lost the lock');
    const changes = [change({ result: 'not-reached' })];
    events.publish('run.failed', { ...ABOUT, error, report: report({ status: 'stopped', changes }) });
    expect(logged.at(-1)).toEqual(['error', expect.stringContaining('Lost the lock')]);
  });

  it('tells what ended a run also where a change had failed before, in a stage that was left out', () => {
    const error = new TypeError('Lost the lock');
    const changes = [
      change({ result: 'failed', error: 'TypeError: broke' }),
      change({ result: 'not-reached' }),
    ];
    events.publish('run.failed', { ...ABOUT, error, report: report({ status: 'incomplete', changes }) });
    expect(logged.map(([, text]) => text).join('\n')).toContain('Lost the lock');
  });
});
