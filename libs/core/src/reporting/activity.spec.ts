import { ManualRuntime } from '@nestjs-flamingock/testing';
import { SERVICE } from '../fixtures/runs.js';
import { Activity } from './activity.js';
import type { EventPublisher } from './event-publisher.js';

const ABOUT = { service: SERVICE, executionId: 'x' };

let runtime: ManualRuntime;
let told: unknown[];
let activity: Activity;

beforeEach(() => {
  runtime = new ManualRuntime();
  told = [];
  const publish = (name: string, event: unknown): void => void told.push({ name, event });
  activity = new Activity(runtime, { publish } as EventPublisher, ABOUT);
});

const times = () => told.map((one) => (one as { event: { runningMs: number } }).event.runningMs);

describe('something that goes on for long', () => {
  it('is told after half a minute, with what it waits for', async () => {
    const work = activity.watch('publish', () =>
      activity.during('the audit store', () => runtime.sleep(31_000)),
    );
    await runtime.advance(29_999);
    expect(told).toEqual([]);
    await runtime.advance(1);
    const event = { ...ABOUT, changeId: 'publish', runningMs: 30_000, waitsFor: 'the audit store' };
    expect(told).toEqual([{ name: 'run.still-running', event }]);
    await runtime.advance(60_000);
    await work;
    expect(told).toHaveLength(1);
  });

  it('is told ever more seldom, and at least every ten minutes', async () => {
    void activity.watch(undefined, () => runtime.sleep(10_000_000));
    await runtime.advance(2_800_000);
    expect(times()).toEqual([30_000, 90_000, 210_000, 450_000, 930_000, 1_530_000, 2_130_000, 2_730_000]);
  });

  it('waits for the innermost of what is named, and for that outside of it afterwards', async () => {
    void activity.watch('publish', () =>
      activity.during('target system "files"', async () => {
        await activity.during('its method execute()', () => runtime.sleep(31_000));
        await runtime.sleep(100_000);
      }),
    );
    await runtime.advance(90_000);
    const waits = told.map((one) => (one as { event: { waitsFor: string } }).event.waitsFor);
    expect(waits).toEqual(['its method execute()', 'target system "files"']);
  });

  it('is told no more once it has failed', async () => {
    const work = activity.watch('publish', () =>
      activity.during('the audit store', () => Promise.reject(new TypeError('away'))),
    );
    await expect(work).rejects.toThrow('away');
    await runtime.advance(1_000_000);
    expect(told).toEqual([]);
  });
});
