import {
  InMemoryAuditStore,
  InMemoryDatabase,
  InMemoryTargetSystem,
  ManualRuntime,
} from '@nestjs-flamingock/testing';
import type { Invocation, Verification } from '../change/change-descriptor.js';
import { aChange, changeMethod, FILES } from '../fixtures/changes.js';
import { anEngine } from '../fixtures/engines.js';
import { failureOf, passing, statesOf } from '../fixtures/runs.js';
import type { Handles } from '../target-system/target-system.js';
import type { EngineSettings } from '../run/engine-settings.js';
import { RunAbortedError } from '../run/run.errors.js';
import { sleep } from '../runtime/sleep.js';
import { awaitChanges } from './await-changes.js';
import { drift, verify } from './drift.js';
import { execute } from './execute.js';
import { NoVerifyError, UnknownChangeError } from './operation.errors.js';

let runtime: ManualRuntime;
let database: InMemoryDatabase;

beforeEach(() => {
  runtime = new ManualRuntime();
  database = new InMemoryDatabase({ now: runtime.wallMs });
});

const store = () => new InMemoryAuditStore(database);
type Says = (invocation: Invocation) => unknown;
const verification = (says: Says): Verification => ({
  name: 'verify',
  always: false,
  ask: (invocation) => Promise.resolve(invocation).then(says),
});

/** An engine of changes by id, with what their `@Verify()` says; `undefined`: they have none. */
function engine(changes: Readonly<Record<string, Says | undefined>>, settings: Partial<EngineSettings> = {}) {
  return anEngine({
    settings,
    store: store(),
    runtime,
    changes: Object.entries(changes).map(([id, says], at) =>
      aChange({ id, order: String(at).padStart(4, '0'), ...(says && { verification: verification(says) }) }),
    ),
  });
}
const apply = (one: ReturnType<typeof engine>) =>
  passing(runtime, execute(one, new AbortController().signal));

describe('drift', () => {
  it('tells which applied changes are not there any more, and writes nothing', async () => {
    await apply(engine({ a: () => 'applied', b: undefined, c: () => 'applied' }));
    const before = await statesOf(store());
    const now = engine({ a: () => 'applied', b: undefined, c: () => 'partial', d: () => 'not-applied' });
    expect(await drift(now)).toEqual({
      service: 'inventory',
      asked: 2,
      unasked: ['b'],
      drifted: [
        { changeId: 'c', stage: 'main', targetSystem: 'files', state: 'EXECUTED', verdict: 'partial' },
      ],
    });
    expect(await statesOf(store())).toEqual(before);
    expect((await store().lock.read('inventory'))?.expiresAt).toBeLessThanOrEqual(runtime.wallMs());
  });

  it('takes one that fails, or says something else, for one that does not know', async () => {
    const fails = () => {
      throw new TypeError('away');
    };
    await apply(engine({ a: () => 'applied', b: () => 'applied' }));
    const { drifted } = await drift(engine({ a: fails, b: () => 'yes' }));
    expect(drifted).toMatchObject([
      { changeId: 'a', verdict: 'unknown', error: 'TypeError: away' },
      { changeId: 'b', verdict: 'unknown', error: expect.stringContaining('returned "yes"') },
    ]);
  });

  it('does not wait for ever', async () => {
    await apply(engine({ a: () => 'applied' }));
    const { drifted } = await passing(
      runtime,
      drift(engine({ a: () => new Promise(() => undefined) })),
      90_000,
    );
    expect(drifted).toMatchObject([{ verdict: 'unknown', error: expect.stringContaining('60000 ms') }]);
  });

  it('counts the time of a method from its call on, not that for which it waits for a connection', async () => {
    const target = {
      ...FILES,
      run: async (_: unknown, work: (handles: Handles) => Promise<void>) => {
        await sleep(runtime, 5_000);
        await work(new Map());
      },
    };
    const asked = verification(() => 'applied');
    const change = aChange({ id: 'a', target, timeoutMs: 1_000, verification: asked });
    const answer = verify(anEngine({ store: store(), runtime, changes: [change] }));
    expect(await passing(runtime, answer)).toMatchObject([{ verdict: 'applied' }]);
  });

  it.each([
    { of: 'those without a connection', target: FILES, expected: 32 },
    { of: 'those that borrow one', target: new InMemoryTargetSystem('inventory-db'), expected: 8 },
  ])('asks several at a time, and not all at once: $of', async ({ target, expected }) => {
    let [now, most] = [0, 0];
    const says = async () => {
      most = Math.max(most, ++now);
      await new Promise((resolve) => setImmediate(resolve));
      now -= 1;
      return 'applied';
    };
    const many = Array.from({ length: 33 }, (_, at) =>
      aChange({ id: `c${at}`, order: String(at).padStart(4, '0'), target, verification: verification(says) }),
    );
    expect(await verify(anEngine({ store: store(), runtime, changes: many }))).toHaveLength(33);
    expect(most).toBe(expected);
  });

  it('leaves the target systems open that a run of this process uses meanwhile', async () => {
    const closed: string[] = [];
    const target = { ...FILES, close: async () => void closed.push('files') };
    let goOn: () => void = () => undefined;
    const goesOn = new Promise<void>((resolve) => (goOn = resolve));
    const one = anEngine({
      store: store(),
      runtime,
      changes: [
        aChange({ id: 'a', order: '1', target, verification: verification(() => 'applied') }),
        aChange({ id: 'b', order: '2', target, execution: changeMethod(() => goesOn) }),
      ],
    });
    const running = execute(one, new AbortController().signal);
    for (let asked = 0; asked === 0;) {
      await runtime.advance(10);
      asked = (await drift(one)).asked;
    }
    expect(closed).toEqual([]);
    goOn();
    await passing(runtime, running);
    expect(closed).toEqual(['files']);
  });

  it('of a service that was never started asks nobody', async () => {
    expect(await drift(engine({ a: () => 'applied' }))).toMatchObject({ asked: 0, drifted: [] });
  });
});

describe('a start that asks for drift', () => {
  const AT_START = { driftAt: 'start' } as const;
  const never: Says = () => new Promise(() => undefined);

  it.each(['execute', 'await'] as const)('warns of what is not there, and goes on: %s', async (by) => {
    await apply(engine({ a: () => 'applied', b: () => 'applied', c: undefined }));
    const one = engine({ a: () => 'partial', b: () => 'applied', c: undefined }, AT_START);
    const start = by === 'execute' ? execute : awaitChanges;
    const report = await passing(runtime, start(one, new AbortController().signal));
    expect(report.status).toBe('up-to-date');
    expect(report.warnings).toEqual([expect.stringContaining('"a" (partial); see `')]);
    expect(one.events.published.find(({ name }) => name === 'drift.checked')?.event).toMatchObject({
      service: 'inventory',
      executionId: report.executionId,
      asked: 2,
      drifted: [{ changeId: 'a', verdict: 'partial' }],
    });
    expect(one.events.names.at(-1)).toBe('run.completed');
  });

  it('asks what it has just applied, too, and is content with what is there', async () => {
    const one = engine({ a: () => 'applied' }, AT_START);
    expect(await apply(one)).toMatchObject({ status: 'applied', warnings: [] });
    expect(one.events.names).toContain('drift.checked');
  });

  it('asks nobody where that is not wanted', async () => {
    const one = engine({ a: () => 'partial' });
    await apply(one);
    expect(one.events.names).not.toContain('drift.checked');
  });

  it('does not wait for longer than for one answer', async () => {
    const many = Object.fromEntries(Array.from({ length: 20 }, (_, at) => [`c${at}`, never]));
    await apply(engine(many));
    const start = execute(engine(many, AT_START), new AbortController().signal);
    const { warnings } = await passing(runtime, start, 70_000);
    expect(warnings).toEqual([
      expect.stringMatching(/"c0" \(unknown: .*no answer within 60000 ms\).* and 10 more/),
    ]);
  });

  it('goes on where nobody can be asked', async () => {
    await apply(engine({ a: () => 'applied' }));
    const one = engine({ a: () => 'applied' }, AT_START);
    const initialise = () => Promise.reject(new TypeError('no such provider'));
    const report = await passing(runtime, execute({ ...one, initialise }, new AbortController().signal));
    expect(report.warnings).toEqual([
      expect.stringContaining('could not be asked whether they are still there: TypeError'),
    ]);
  });

  it('ends at once when it is told to stop', async () => {
    await apply(engine({ a: () => 'applied' }));
    const stop = new AbortController();
    const one = engine(
      {
        a: () => {
          stop.abort(new RunAbortedError('inventory', 'the process received SIGTERM'));
          return new Promise(() => undefined);
        },
      },
      AT_START,
    );
    expect(await failureOf(passing(runtime, execute(one, stop.signal)))).toBeInstanceOf(RunAbortedError);
  });
});

describe('verify', () => {
  it('asks changes in any state', async () => {
    await apply(engine({ a: () => 'applied' }));
    expect(await verify(engine({ a: () => 'applied', b: () => 'not-applied', c: undefined }))).toEqual([
      { changeId: 'a', stage: 'main', targetSystem: 'files', state: 'EXECUTED', verdict: 'applied' },
      { changeId: 'b', stage: 'main', targetSystem: 'files', verdict: 'not-applied' },
    ]);
  });

  it('asks one change, or says why it cannot', async () => {
    const one = engine({ a: () => 'applied', b: undefined });
    expect(await verify(one, { changeId: 'a' })).toMatchObject([{ changeId: 'a' }]);
    expect(await failureOf(verify(one, { changeId: 'b' }))).toBeInstanceOf(NoVerifyError);
    expect(await failureOf(verify(one, { changeId: 'x' }))).toBeInstanceOf(UnknownChangeError);
  });

  it('lends nothing after the answer', async () => {
    const lent: { guarded?: { read: () => string } } = {};
    const says: Says = ({ guard }) => {
      lent.guarded = guard({ read: () => 'x' });
      return 'applied';
    };
    await verify(engine({ a: says }));
    expect(() => lent.guarded?.read()).toThrow(/"a" has ended/);
  });
});
