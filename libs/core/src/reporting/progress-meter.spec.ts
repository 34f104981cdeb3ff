import { ManualRuntime } from '@nestjs-flamingock/testing';
import { InvalidProgressError } from '../change/change.errors.js';
import type { ChangeProgress } from '../change/change-progress.js';
import { partOf, within } from '../runtime/async-frames.js';
import { ProgressMeter } from './progress-meter.js';

let runtime: ManualRuntime;
let told: ChangeProgress[];
let meter: ProgressMeter;

beforeEach(() => {
  runtime = new ManualRuntime();
  told = [];
  meter = new ProgressMeter('fill', runtime, (progress) => told.push(progress));
});

describe('the progress of a change', () => {
  it('is told at once, then no more than once a second, and the last of it before the end', async () => {
    for (let done = 1; done <= 1000; done += 1) meter.report(done, 1000);
    expect(told).toEqual([{ done: 1, total: 1000 }]);
    await runtime.advance(1000);
    expect(told.at(-1)).toEqual({ done: 1000, total: 1000 });
    meter.report(1001, 1000, 'more than was counted');
    meter.end();
    expect(told).toHaveLength(3);
    expect(told.at(-1)).toEqual({ done: 1001, total: 1000, note: 'more than was counted' });
  });

  it('is told once as long as nothing new is reported, and at once after a pause', async () => {
    meter.report(1);
    await runtime.advance(5000);
    expect(told).toEqual([{ done: 1 }]);
    meter.report(2);
    expect(told).toEqual([{ done: 1 }, { done: 2 }]);
  });

  it('ignores what comes after the end, whatever it is', async () => {
    const { report } = meter;
    report(1);
    meter.end();
    report(2);
    report(Number.NaN);
    await runtime.advance(5000);
    expect(told).toEqual([{ done: 1 }]);
  });

  it.each([
    ['done', [Number.NaN]],
    ['done', [-1, 10]],
    ['done', [Infinity]],
    ['done', ['3' as unknown as number]],
    ['total', [1, -1]],
    ['total', [1, Number.NaN, 'x']],
    ['note', [1, 2, 3 as unknown as string]],
  ] as const)('refuses a %s that makes no sense: %j', (argument, [done, total, note]) => {
    const call = () => meter.report(done, total, note);
    expect(call).toThrow(InvalidProgressError);
    expect(call).toThrow(expect.objectContaining({ argument, changeId: 'fill' }) as Error);
    expect(told).toEqual([]);
  });

  it('masks secrets in a note, and keeps it short', () => {
    meter.report(1, 2, `postgres://me:hidden@db ${'x'.repeat(1000)}`);
    expect(told[0]?.note).toMatch(/^postgres:\/\/me:\*\*\*@db x+$/);
    expect(told[0]?.note?.length).toBeLessThan(210);
  });

  it('is told outside of the change, so that what listeners write is no part of it', async () => {
    const owner = {};
    const seen: unknown[] = [];
    const inside = new ProgressMeter('fill', runtime, () => seen.push(partOf(owner)));
    const work = () => {
      inside.report(1);
      inside.report(2);
      inside.end();
    };
    within(owner, 'the change', work, () => undefined);
    expect(seen).toEqual([undefined, undefined]);
  });
});
