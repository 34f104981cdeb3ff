import {
  InMemoryAuditStore,
  InMemoryDatabase,
  InMemoryTargetSystem,
  ManualRuntime,
} from '@nestjs-flamingock/testing';
import type { ChangeDescriptor } from '../change/change-descriptor.js';
import { aChange, changeMethod } from '../fixtures/changes.js';
import { anEngine, type EngineParts } from '../fixtures/engines.js';
import { failureOf, passing, SERVICE } from '../fixtures/runs.js';
import { Wire } from '../fixtures/wire.js';
import { execute } from '../operations/execute.js';
import { plan } from '../operations/plan.js';
import { status } from '../operations/status.js';
import type { TargetSystem } from '../target-system/target-system.js';
import { readCircuits } from './circuits.js';
import { ChangeFailedError, NotYetError } from './run.errors.js';

class Refused extends Error {
  override readonly name = 'Refused';
  readonly code = 'ECONNREFUSED';
}

let runtime: ManualRuntime;
let database: InMemoryDatabase;
let wire: Wire;
let calls: number;
/** What each call throws, as long as it is set. */
let failure: Error | undefined;

beforeEach(() => {
  runtime = new ManualRuntime();
  database = new InMemoryDatabase({ now: runtime.wallMs });
  wire = new Wire();
  calls = 0;
  failure = new Refused('nobody listens');
});

const API: TargetSystem = { id: 'api', handleTokens: [], run: (_change, work) => work(new Map()) };
const call = changeMethod(() => {
  calls += 1;
  if (failure) throw failure;
});
/** Nothing of it is left after a failure: each start tries it again. */
const onApi = (fields: Partial<ChangeDescriptor> = {}) =>
  aChange({ target: API, execution: call, rollback: changeMethod(() => undefined, 'rollback'), ...fields });

function engine(changes = [onApi()], settings: EngineParts['settings'] = {}) {
  const store = new InMemoryAuditStore(database.connect(wire.carry));
  const stages = [...new Set(changes.map(({ stage }) => stage))];
  return anEngine({ store, runtime, changes, stages, settings: { backOff: { waitMs: 0 }, ...settings } });
}
const start = (one = engine()) => passing(runtime, execute(one, new AbortController().signal), 600_000);
const kept = async () => [
  ...(await readCircuits(new InMemoryAuditStore(database).records, SERVICE)).values(),
];

/** Starts as often as it takes to open the circuit. */
async function open(one = engine): Promise<void> {
  for (let starts = 0; starts < 5; starts += 1)
    expect(await failureOf(start(one()))).toBeInstanceOf(ChangeFailedError);
}

describe('a target system that fails again and again', () => {
  it('is left alone once it has failed five times in a row, and no write was made before it failed', async () => {
    await open();
    const [circuit] = await kept();
    expect(circuit).toMatchObject({ targetSystem: 'api', failures: 5, opened: 1 });
    const error = (await failureOf(start())) as NotYetError;
    expect(error).toBeInstanceOf(NotYetError);
    expect(error.report.changes[0]?.reason).toMatch(
      /: the circuit of target system "api" is open: it has failed 5 times since 2024-.*, the last time with Refused: nobody listens$/,
    );
    expect(calls).toBe(5);
    expect((await plan(engine())).changes).toMatchObject([
      { action: 'WAIT', notBefore: new Date(circuit!.until).toISOString() },
    ]);
    expect((await status(engine())).waiting).toMatchObject([{ changeId: 'publish', targetSystem: 'api' }]);
  });

  it('is tried with one change when its time has come, and left alone for twice as long if that fails', async () => {
    runtime.random = () => 0;
    await open();
    for (const openMs of [22_500, 45_000, 90_000, 180_000, 225_000, 225_000]) {
      const [circuit] = await kept();
      expect(circuit!.until - runtime.wallMs()).toBeGreaterThan(openMs - 1_000);
      expect(circuit!.until - runtime.wallMs()).toBeLessThanOrEqual(openMs);
      const before = calls;
      await runtime.advance(openMs);
      expect(await failureOf(start())).toBeInstanceOf(ChangeFailedError);
      expect(await failureOf(start())).toBeInstanceOf(NotYetError);
      expect(calls).toBe(before + 1);
    }
  });

  it('is used again by all of its changes as soon as one has succeeded, and the circuit is forgotten', async () => {
    const both = () => engine([onApi(), onApi({ id: 'second', order: '0002', className: 'Second' })]);
    await open(both);
    failure = undefined;
    await runtime.advance(30_000);
    const one = both();
    expect(await start(one)).toMatchObject({ status: 'applied' });
    expect(
      one.events.published.filter(({ name }) => name === 'circuit.closed').map(({ event }) => event),
    ).toEqual([{ service: SERVICE, targetSystem: 'api', actor: undefined, reason: undefined }]);
    expect(await kept()).toEqual([]);
  });

  it('is waited for until it is half-open, also where a moment is no whole millisecond', async () => {
    await runtime.advance(0.7);
    await open();
    failure = undefined;
    expect(await start(engine([onApi()], { backOff: { waitMs: 60_000 } }))).toMatchObject({
      status: 'applied',
    });
    expect(calls).toBe(6);
  });

  it('keeps no other target system from its changes, in whatever stage they are', async () => {
    const ran: string[] = [];
    const changes = ['a', 'c'].map((id) =>
      aChange({ id, stage: id, className: id, execution: changeMethod(() => ran.push(id)) }),
    );
    const all = [changes[0]!, onApi({ stage: 'b' }), changes[1]!];
    await open(() => engine(all));
    expect(ran).toEqual(['a']);
    expect(await failureOf(start(engine(all)))).toBeInstanceOf(NotYetError);
    expect(ran).toEqual(['a', 'c']);
  });

  it('is left alone by what comes later in the same run', async () => {
    const later = onApi({ id: 'later', stage: 'later', className: 'Later' });
    const one = () =>
      engine([onApi(), later], { onIssue: 'skip', circuit: { failures: 1, initialMs: 9_000, maxMs: 9_000 } });
    const { changes } = await start(one());
    expect(changes.map(({ result }) => result)).toEqual(['failed', 'waiting']);
    expect(calls).toBe(1);
  });

  it('has failed as often as it was tried within a run, and a probe is tried once', async () => {
    const target = { ...API, isTransient: () => true };
    const one = () => engine([onApi({ target })]);
    await failureOf(start(one()));
    expect(await kept()).toMatchObject([{ failures: 3, opened: 0, until: 0 }]);
    await failureOf(start(one()));
    expect(await kept()).toMatchObject([{ failures: 6, opened: 1 }]);
    await runtime.advance(30_000);
    await failureOf(start(one()));
    expect(calls).toBe(7);
  });

  it('has not failed where a change fails of its own logic, and has not recovered either', async () => {
    await failureOf(start());
    failure = new TypeError('no such product');
    for (let starts = 0; starts < 6; starts += 1)
      expect(await failureOf(start())).toBeInstanceOf(ChangeFailedError);
    expect(await kept()).toMatchObject([{ failures: 1, opened: 0 }]);
  });

  it('is tried at every start without circuits', async () => {
    const one = () => engine([onApi()], { circuit: false });
    await open(one);
    await open(one);
    expect([calls, await kept()]).toEqual([10, []]);
    expect(wire.answered).not.toContain('listRecords');
  });

  it('counts where it cannot be used at all, and the run ends', async () => {
    const away = new Wire();
    const target = new InMemoryTargetSystem('db', new InMemoryDatabase().connect(away.carry));
    const one = () =>
      engine([aChange({ target, transactional: true })], { lock: { leaseMs: 300, waitMs: 1, retryMs: 1 } });
    for (let starts = 0; starts < 5; starts += 1) {
      away.lose('lookAtFence', 'request', 1_000).lose('claimFence', 'request', 1_000);
      await failureOf(start(one()));
    }
    expect(await kept()).toMatchObject([{ targetSystem: 'db', failures: 5, opened: 1 }]);
    expect(await failureOf(start(one()))).toBeInstanceOf(NotYetError);
  });
});

describe('what circuits cost', () => {
  const asked = () => wire.answered.filter((name) => name.includes('Record') && name !== 'readRecord');

  it('is nothing where nothing has failed, pending or not', async () => {
    failure = undefined;
    await start();
    const next = aChange({ id: 'next', order: '0002', target: API, className: 'Next' });
    await start(engine([onApi(), next]));
    await start(engine([onApi(), next]));
    expect(asked()).toEqual([]);
  });

  it('is one query per reading of the history where a run before has left something undone', async () => {
    await failureOf(start());
    wire.answered.length = 0;
    failure = undefined;
    await start();
    expect(asked()).toEqual(['listRecords', 'listRecords', 'removeRecord']);
  });

  it('does no harm where it cannot be written', async () => {
    wire.lose('writeRecord', 'request', 100);
    const error = (await failureOf(start())) as ChangeFailedError;
    expect(error).toBeInstanceOf(ChangeFailedError);
    expect(error.report.warnings).toEqual([
      expect.stringContaining('the circuit of target system "api" could not be kept: '),
    ]);
  });
});
