import {
  InMemoryAuditStore,
  InMemoryDatabase,
  InMemoryTargetSystem,
  ManualRuntime,
} from '@nestjs-flamingock/testing';
import { readMetadata } from '../audit/entry-metadata.js';
import type { ChangeDescriptor } from '../change/change-descriptor.js';
import { aChange, changeMethod, FILES } from '../fixtures/changes.js';
import { anEngine } from '../fixtures/engines.js';
import { failureOf, passing, statesOf } from '../fixtures/runs.js';
import { execute } from '../operations/execute.js';
import type { TargetSystem } from '../target-system/target-system.js';
import type { ChangeFailedError } from './run.errors.js';

class Deadlock extends Error {
  override readonly name = 'Deadlock';
}

let runtime: ManualRuntime;
let database: InMemoryDatabase;
let tried: number;
/** What each attempt throws, in order; after them the change succeeds. */
let failures: Error[];

beforeEach(() => {
  runtime = new ManualRuntime();
  database = new InMemoryDatabase({ now: runtime.wallMs });
  tried = 0;
  failures = [];
});

const store = () => new InMemoryAuditStore(database);
const isTransient = (error: unknown) => error instanceof Deadlock;
const judging = <T extends TargetSystem>(target: T): T => Object.assign(target, { isTransient });
const execution = changeMethod(() => {
  const failure = failures[tried++];
  if (failure) throw failure;
});
const shared = (fields: Partial<ChangeDescriptor> = {}): ChangeDescriptor =>
  aChange({
    target: judging(new InMemoryTargetSystem('db', database)),
    transactional: true,
    execution,
    ...fields,
  });

function engine(change: ChangeDescriptor) {
  return anEngine({ store: store(), runtime, changes: [change] });
}
const start = (one = engine(shared()), signal = new AbortController().signal) =>
  passing(runtime, execute(one, signal));
const attempts = async () => {
  const said: (string | undefined)[] = [];
  for await (const entry of store().readHistory('inventory')) said.push(readMetadata(entry).attempt);
  return said;
};

describe('a change that fails transiently, and of which nothing is left', () => {
  it('is tried again, and each attempt is recorded', async () => {
    failures = [new Deadlock('one'), new Deadlock('two')];
    const one = engine(shared());
    const { status, warnings } = await start(one);
    expect({ status, tried }).toEqual({ status: 'applied', tried: 3 });
    expect(await attempts()).toEqual([undefined, undefined, undefined, ...['2', '2', '2'], ...['3', '3']]);
    expect((await statesOf(store())).at(-1)).toBe('publish EXECUTED');
    expect(warnings).toEqual([
      expect.stringMatching(/^attempt 1 of "publish" failed, .*: Deadlock: one$/),
      expect.stringMatching(/^attempt 2 of "publish" failed, .*: Deadlock: two$/),
    ]);
    const told = one.events.published.filter(({ name }) => name === 'change.retried');
    expect(told.map(({ event }) => event)).toMatchObject([
      { attempt: 1, changeId: 'publish', error: 'Deadlock: one' },
      { attempt: 2 },
    ]);
    expect(one.events.names.filter((name) => name.startsWith('change.'))).toEqual([
      'change.started publish',
      'change.retried publish',
      'change.retried publish',
      'change.completed publish',
    ]);
  });

  it('fails with its last attempt once it has been tried often enough', async () => {
    failures = [new Deadlock('one'), new Deadlock('two'), new Deadlock('three'), new Deadlock('four')];
    expect(String(await failureOf(start()))).toContain('three');
    expect(tried).toBe(3);
  });

  it('is not tried again once the run is told to stop', async () => {
    failures = [new Deadlock('one')];
    const stopping = new AbortController();
    const one = engine(shared());
    const publish = one.events.publish.bind(one.events);
    one.events.publish = (name, event) => {
      publish(name, event);
      if (name === 'change.retried') stopping.abort(new TypeError('told to stop'));
    };
    const error = await failureOf(start(one, stopping.signal));
    expect(String(error)).toContain('one');
    expect((error as ChangeFailedError).report.warnings).toEqual([]);
    expect(tried).toBe(1);
  });

  it('waits longer from time to time, and not too long', async () => {
    failures = Array.from({ length: 9 }, () => new Deadlock('x'));
    runtime.random = () => 0.5;
    const one = anEngine({
      store: store(),
      runtime,
      changes: [shared()],
      settings: { retry: { attempts: 6, initialMs: 100, maxMs: 1_000 } },
    });
    await failureOf(start(one));
    const pauses = one.events.published
      .map(({ event }) => ('pauseMs' in event ? event.pauseMs : 0))
      .filter(Boolean);
    expect(pauses).toEqual([200, 350, 575, 913, 1_000]);
  });
});

describe('a change whose target system asks to be left alone', () => {
  const asking = (ms: number) => {
    const target = Object.assign(judging(new InMemoryTargetSystem('db', database)), {
      retryAfterMs: () => ms,
    });
    const retry = { attempts: 2, initialMs: 100, maxMs: 1_000 };
    return anEngine({ store: store(), runtime, changes: [shared({ target })], settings: { retry } });
  };

  it('is tried again no earlier', async () => {
    failures = [new Deadlock('one')];
    const one = asking(900);
    await start(one);
    const retried = one.events.published.filter(({ name }) => name === 'change.retried');
    expect(retried.map(({ event }) => event)).toMatchObject([{ pauseMs: 900 }]);
    expect(tried).toBe(2);
  });

  it('is left to a later start where that is longer than any pause', async () => {
    failures = [new Deadlock('one')];
    expect(String(await failureOf(start(asking(1_001))))).toContain('one');
    expect(tried).toBe(1);
  });
});

describe('a change is tried once', () => {
  it.each<[string, () => ChangeDescriptor, Error]>([
    ['where its failure stays', shared, new TypeError('no such column')],
    ['that wants it so', () => shared({ retry: false }), new Deadlock('x')],
    [
      'where its target system says nothing of failures',
      () => shared({ target: new InMemoryTargetSystem('db', database) }),
      new Deadlock('x'),
    ],
    [
      'where part of it may be there',
      () => aChange({ target: judging({ ...FILES }), execution }),
      new Deadlock('x'),
    ],
  ])('%s', async (_, change, failure) => {
    failures = [failure];
    await failureOf(start(engine(change())));
    expect(tried).toBe(1);
  });
});
