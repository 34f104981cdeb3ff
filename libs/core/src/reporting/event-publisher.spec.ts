import { setImmediate as turn } from 'node:timers/promises';
import { FlamingockEvents } from './event-publisher.js';

const EVENT = { service: 'inventory', executionId: 'x' };

let errors: unknown[];
let events: FlamingockEvents;

beforeEach(() => {
  errors = [];
  events = new FlamingockEvents((error, name) => errors.push([error, name]));
});

describe('FlamingockEvents', () => {
  it('tells every listener of an event, in the order in which they came', () => {
    const told: unknown[] = [];
    events.on('run.started', (event) => told.push(['first', event]));
    events.on('run.started', (event) => told.push(['second', event]));
    events.on('run.waiting', () => told.push('not this one'));
    events.publish('run.started', EVENT);
    expect(told).toEqual([
      ['first', EVENT],
      ['second', EVENT],
    ]);
  });

  it('tells nothing to a listener that has gone', () => {
    const told: unknown[] = [];
    const end = events.on('run.started', () => told.push('told'));
    end();
    events.publish('run.started', EVENT);
    expect(told).toEqual([]);
  });

  it.each<[string, () => unknown]>([
    [
      'throws',
      () => {
        throw new TypeError('mine');
      },
    ],
    ['rejects', () => Promise.reject(new TypeError('mine'))],
  ])('goes on where a listener %s, and says so', async (_what, listener) => {
    const told: unknown[] = [];
    events.on('run.started', listener);
    events.on('run.started', () => told.push('the next one'));
    events.publish('run.started', EVENT);
    await turn();
    expect(told).toEqual(['the next one']);
    expect(errors).toEqual([[new TypeError('mine'), 'run.started']]);
  });

  it('takes more listeners than node usually warns of', () => {
    const warnings: unknown[] = [];
    const onWarning = (warning: unknown) => warnings.push(warning);
    process.on('warning', onWarning);
    for (let index = 0; index < 50; index += 1) events.on('run.started', () => undefined);
    process.off('warning', onWarning);
    expect(warnings).toEqual([]);
  });

  it('has observers around each change for as long as they observe', async () => {
    const change = {
      ...EVENT,
      stage: 'main',
      changeId: 'a',
      operation: 'EXECUTE',
      targetSystem: 'db',
    } as const;
    const seen: string[] = [];
    const end = events.observe({
      around: ({ changeId }, call) => {
        seen.push(changeId);
        void call();
        throw new TypeError('mine');
      },
    });
    const done = { status: 'executed' };
    expect(await events.around(change, () => Promise.resolve(done))).toBe(done);
    end();
    expect(await events.around(change, () => Promise.resolve(done))).toBe(done);
    expect([seen, errors]).toEqual([['a'], [[new TypeError('mine'), 'change']]]);
  });
});
