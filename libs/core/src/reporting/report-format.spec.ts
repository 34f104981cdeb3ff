import type { ChangeReport, ExecutionReport } from './execution-report.js';
import { formatReport } from './report-format.js';

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
  service: 'inventory',
  executionId: 'x',
  status: 'applied',
  changes: [change()],
  durationMs: 40,
  waitedMs: 0,
  warnings: [],
  ...fields,
});
const lines = (fields: Partial<ExecutionReport>) => formatReport(report(fields)).split('\n');

describe('formatReport', () => {
  it('says in one line that nothing was to do, and does not list what was skipped', () => {
    const skipped = change({ result: 'skipped' });
    expect(
      lines({ status: 'up-to-date', changes: [skipped, skipped], head: { seq: 2, hash: 'abc' } }),
    ).toEqual(['Service "inventory" is up to date: 2 changes, nothing to apply (40 ms)']);
    expect(lines({ status: 'up-to-date', changes: [skipped] })[0]).toContain('1 change,');
  });

  it('lists what was done, how long it took, and where history ends', () => {
    const changes = [
      change({ result: 'skipped', changeId: 'old' }),
      change(),
      change({ result: 'reconciled', changeId: 'half', reason: 'its marker proves it', durationMs: 0 }),
    ];
    const [headline, ...rest] = lines({ changes, head: { seq: 7, hash: 'abc' } });
    expect(headline).toBe(
      'Service "inventory" is up to date now: 1 skipped, 1 executed, 1 reconciled (40 ms)',
    );
    expect(rest).toEqual([
      '  ✔ executed  main / 0003 / add-category in 12 ms',
      '  ✔ reconciled  main / 0003 / half: its marker proves it',
      '  audit head 7:abc',
    ]);
  });

  it('says for a failure what was left behind, why, and what to do, every line indented', () => {
    const failed = change({
      result: 'failed',
      reason: 'the next start stops at it: it failed',
      state: 'ROLLBACK_FAILED',
      error: 'TypeError: x\nCaused by RangeError: y',
      rollbackError: 'TypeError: z',
      nextSteps: ['Look at it.', 'Start again.'],
    });
    const notReached = change({
      result: 'not-reached',
      changeId: 'next',
      reason: 'stopped by "add-category"',
      durationMs: 0,
    });
    expect(formatReport(report({ status: 'stopped', changes: [failed, notReached] }))).toBe(
      [
        'Service "inventory" STOPPED: 1 failed, 1 not reached (40 ms)',
        '  ✖ failed  main / 0003 / add-category in 12 ms: the next start stops at it: it failed',
        '      State left behind: ROLLBACK_FAILED',
        '      Cause: TypeError: x',
        '      Caused by RangeError: y',
        '      Rollback failed: TypeError: z',
        '      What to do:',
        '        1. Look at it.',
        '        2. Start again.',
        '  – not reached  main / 0003 / next: stopped by "add-category"',
      ].join('\n'),
    );
  });

  it('says of a blocked change when and by whom its state was recorded', () => {
    const blocked = change({
      result: 'blocked',
      state: 'STARTED',
      recorded: '2024-01-01 by host-1',
      durationMs: 0,
    });
    expect(lines({ status: 'stopped', changes: [blocked] }).slice(1)).toEqual([
      '  ✖ blocked  main / 0003 / add-category: never executed',
      '      State left behind: STARTED (recorded 2024-01-01 by host-1)',
    ]);
  });

  it('says that an application starts though it is not complete', () => {
    expect(lines({ status: 'incomplete', changes: [change({ result: 'failed' })] })[0]).toMatch(
      /NOT complete, and starts all the same \(onIssue: 'skip'\): 1 failed/,
    );
  });

  it('says whom it waited for, and how long', () => {
    expect(lines({ waitedFor: 'host-2 (pid 7, token 3)', waitedMs: 800 })).toContain(
      '  waited 800 ms for host-2 (pid 7, token 3)',
    );
  });
});
