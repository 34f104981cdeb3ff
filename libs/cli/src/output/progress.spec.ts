import { PassThrough } from 'node:stream';
import { FlamingockEvents } from '@nestjs-flamingock/core';
import { Output } from './output.js';
import { Progress } from './progress.js';

const ABOUT = { service: 'inventory', executionId: 'x' };
const ERASE = '\r\u001b[2K';
const HOLDER = {
  service: 'inventory',
  owner: 'o',
  host: 'h',
  pid: 2,
  token: 7,
  acquiredAt: 0,
  expiresAt: 9,
};

function shown(isTTY: boolean, happen: (events: FlamingockEvents) => void, json = false, columns = 100) {
  const output = Object.assign(new PassThrough(), { isTTY, columns });
  const messages = new PassThrough();
  const environment = { NO_COLOR: '1' };
  const terminal = { input: new PassThrough(), output, messages, environment, directory: '/' };
  const events = new FlamingockEvents((error) => {
    throw error;
  });
  const progress = new Progress(events, new Output(terminal, json));
  happen(events);
  progress.stop();
  return { output: String(output.read() ?? ''), messages: String(messages.read() ?? '') };
}

function aRun(events: FlamingockEvents): void {
  const about = { ...ABOUT, stage: 'main', changeId: 'fill' };
  events.publish('change.started', { ...about, position: 2, of: 4 });
  for (let second = 1; second <= 12; second += 1)
    events.publish('change.progress', { ...about, done: second, total: 20, runningMs: second * 1_000 });
  const change = { order: '0002', targetSystem: 'db', reason: 'never executed', durationMs: 12_345 };
  events.publish('change.completed', {
    ...ABOUT,
    change: { ...change, stage: 'main', changeId: 'fill', result: 'executed' },
  });
}

const waits = (events: FlamingockEvents): void => {
  for (const runningMs of [4_000, 6_000, 7_000, 8_000]) {
    const activity = { stage: 'main', changeId: 'fill', position: 4, of: 12, startedAt: 0, runningMs };
    events.publish('holder.progress', {
      ...ABOUT,
      holder: HOLDER,
      activity: { ...activity, progress: { done: 1, total: 4 } },
    });
  }
};

describe('the progress of a run', () => {
  it('is a bar on a terminal, drawn again at each report and taken away in the end', () => {
    const { output } = shown(true, aRun);
    const bars = output.split(ERASE);
    expect(bars[0]).toBe(`${'█'.repeat(5)}${'░'.repeat(15)} 2/4 … main / fill`);
    expect(bars.at(-2)).toBe(
      `${'█'.repeat(8)}${'░'.repeat(12)} 2/4 … main / fill  60 % (12 of 20), 1/s, 8 s left`,
    );
    expect(bars.at(-1)).toBe('✔ executed  main / fill in 12345 ms\n');
  });

  it('keeps within the columns of the terminal', () => {
    const { output } = shown(true, aRun, false, 40);
    for (const bar of output.split(ERASE).slice(0, -1)) expect(bar.length).toBeLessThan(40);
  });

  it('is whole on a terminal of no size', () => {
    expect(shown(true, aRun, false, 0).output).toContain('2/4 … main / fill  60 %');
  });

  it('is lines elsewhere, at growing intervals', () => {
    expect(shown(false, aRun).output.trimEnd().split('\n')).toEqual([
      '  applying  main / fill',
      '  applying  main / fill  25 % (5 of 20), 1/s, 15 s left',
      '  applying  main / fill  50 % (10 of 20), 1/s, 10 s left',
      '✔ executed  main / fill in 12345 ms',
    ]);
  });

  it('is nothing beside a document', () => {
    expect(shown(true, aRun, true)).toEqual({ output: '', messages: '' });
  });

  it('has what the holder does that is waited for', () => {
    const text = 'h (pid 2, token 7) is applying "fill" (4 of 12), 25 %, for';
    expect(shown(true, waits).output.split(ERASE)).toEqual([
      `… ${text} 4 s`,
      `… ${text} 6 s`,
      `… ${text} 7 s`,
      `… ${text} 8 s`,
      '',
    ]);
    expect(shown(false, waits)).toEqual({ output: '', messages: `${text} 6 s\n` });
  });

  it('obeys nothing that a note has for the terminal', () => {
    const { output } = shown(true, (events) => {
      const about = { ...ABOUT, stage: 'main', changeId: 'fill' };
      events.publish('change.started', { ...about, position: 1, of: 1 });
      events.publish('change.progress', { ...about, done: 1, note: '\u001b[2Jx', runningMs: 5 });
    });
    expect(output).toContain('1 done: x');
    expect(output.replaceAll(ERASE, '')).not.toMatch(/\p{Cc}/u);
  });
});
