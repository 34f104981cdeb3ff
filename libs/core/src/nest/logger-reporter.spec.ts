import { Logger } from '@nestjs/common';
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
    events.publish('change.started', { ...ABOUT, stage: 'main', changeId: 'add-category' });
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
