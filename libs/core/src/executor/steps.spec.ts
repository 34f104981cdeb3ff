import { holdOf, InMemoryAuditStore, InMemoryDatabase, ManualRuntime } from '@nestjs-flamingock/testing';
import type { AuditStore } from '../audit/audit-store.js';
import type { ChangeContext } from '../change/change-context.js';
import type { StepOptions } from '../change/change-step.js';
import { aChange, changeMethod } from '../fixtures/changes.js';
import { failureOf, guarded, openRun, passing, SERVICE, statesOf } from '../fixtures/runs.js';
import { Wire } from '../fixtures/wire.js';
import { ChangeEndedError } from '../lock/change-scope.errors.js';
import { LockLostError } from '../lock/lock.errors.js';
import type { RunResources } from './change-caller.js';
import type { ChangeOutcome } from './change-executor.js';
import { NonTxExecutor } from './non-tx.executor.js';

let runtime: ManualRuntime;
let database: InMemoryDatabase;
let wire: Wire;
let store: AuditStore;
let run: RunResources;

beforeEach(async () => {
  runtime = new ManualRuntime();
  database = new InMemoryDatabase({ now: runtime.wallMs });
  wire = new Wire();
  const unguarded = new InMemoryAuditStore(database.connect(wire.carry));
  store = guarded(unguarded, runtime);
  run = await openRun(unguarded, runtime);
});

/** Executes a change that does this. */
const executing = (body: (context: ChangeContext) => unknown, timeoutMs?: number): Promise<ChangeOutcome> => {
  const execution = changeMethod(({ context }) => body(context));
  const executor = new NonTxExecutor(run, store);
  return passing(runtime, executor.execute(aChange({ execution, timeoutMs })));
};
const errorOf = async (body: (context: ChangeContext) => unknown): Promise<unknown> => {
  const outcome = await executing(body);
  return outcome.status === 'failed' ? outcome.error : outcome;
};
const recorded = async (): Promise<unknown> => {
  const record = await new InMemoryAuditStore(database).records.read({
    service: SERVICE,
    kind: 'steps',
    key: 'publish',
  });
  return record && (JSON.parse(record.value) as { steps: unknown }).steps;
};
const history = () => statesOf(new InMemoryAuditStore(database));
const A_DONE = [{ name: 'a', result: 1 }];

describe('context.step()', () => {
  it('is refused for a second step of one name, which is not run', async () => {
    let calls = 0;
    const error = await errorOf(async ({ step }) => {
      await step('a', () => 1);
      await step('a', () => (calls += 1));
    });
    expect(error).toMatchObject({ code: 'FLAMINGOCK_DUPLICATE_STEP', changeId: 'publish', step: 'a' });
    expect(calls).toBe(0);
    expect(await recorded()).toEqual(A_DONE);
  });

  it('is refused inside a step', async () => {
    const error = await errorOf(({ step }) => step('a', () => step('b', () => 1)));
    expect(error).toMatchObject({ code: 'FLAMINGOCK_STEP_OVERLAP', running: 'a', step: 'b' });
  });

  it('is refused beside a step, which ends first and is recorded', async () => {
    const error = await errorOf(({ step }) =>
      Promise.all([step('a', () => runtime.sleep(500).then(() => 1)), step('b', () => 2)]),
    );
    expect(error).toMatchObject({ code: 'FLAMINGOCK_STEP_OVERLAP', running: 'a', step: 'b' });
    expect(await recorded()).toEqual(A_DONE);
  });

  it('has to be awaited: the change fails once the step has ended', async () => {
    const error = await errorOf(({ step }) => {
      void step('a', () => runtime.sleep(500).then(() => 1));
    });
    expect(error).toMatchObject({ code: 'FLAMINGOCK_STEP_OVERLAP', running: 'a', step: undefined });
    expect((error as Error).message).toContain('its method ended while its step "a" was running');
    expect(await recorded()).toEqual(A_DONE);
  });

  it('that fails ends the change, also where the error is caught', async () => {
    let more: unknown;
    const error = await errorOf(async ({ step }) => {
      await step('a', () => Promise.reject(new RangeError('no'))).catch(() => undefined);
      more = await failureOf(step('b', () => 2));
    });
    expect(error).toBeInstanceOf(RangeError);
    expect(more).toBe(error);
  });

  it.each<[string, unknown[], string]>([
    ['no name', ['', () => 1], 'is called ""'],
    ['no text as its name', [7, () => 1], 'is called 7'],
    ['a name of two lines', ['a\nb', () => 1], 'Its name must be a text'],
    ['a promise as its work', ['a', Promise.resolve(1)], 'Write a function that does it'],
    ['no options', ['a', () => 1, 'undo'], 'Write { undo, verify }'],
    ['a misspelt option', ['a', () => 1, { undoes: () => 1 }], 'has no option "undoes"'],
    ['no function as an option', ['a', () => 1, { verify: 'applied' }], 'as its verify. Write a function'],
  ])('is refused with %s', async (_title, given, problem) => {
    const error = await errorOf(({ step }) => (step as (...all: unknown[]) => Promise<unknown>)(...given));
    expect(error).toMatchObject({
      code: 'FLAMINGOCK_INVALID_STEP',
      message: expect.stringContaining(problem),
    });
    expect(await recorded()).toBeUndefined();
  });

  it('is refused after the end of the change', async () => {
    let step: ChangeContext['step'] | undefined;
    await executing((context) => (step = context.step));
    expect(await failureOf(step!('a', () => 1))).toBeInstanceOf(ChangeEndedError);
  });

  it('records nothing of a step that ends after its change had to', async () => {
    const outcome = await executing(({ step }) => step('a', () => runtime.sleep(30_000)), 1_000);
    expect(outcome).toMatchObject({ status: 'failed', state: 'EXECUTION_FAILED' });
    await runtime.advance(60_000);
    expect(await recorded()).toEqual([]);
    expect(await history()).toEqual(['publish STARTED', 'publish EXECUTION_FAILED']);
  });

  it('begins no step once the change is to stop', async () => {
    const stop = new AbortController();
    run = { ...run, signal: stop.signal };
    let calls = 0;
    const error = await errorOf(async ({ step }) => {
      await step('a', () => 1);
      stop.abort(new RangeError('SIGTERM'));
      await step('b', () => (calls += 1));
    });
    expect(error).toMatchObject({ message: 'SIGTERM' });
    expect(calls).toBe(0);
  });

  it('tells what is completed by now', async () => {
    const seen: unknown[] = [];
    await executing(async (context) => {
      seen.push(...context.steps);
      await context.step('a', () => 1);
      seen.push(...context.steps);
    });
    expect(seen).toEqual([{ name: 'a', result: 1, isUndone: false }]);
  });

  it('refuses results that are too large together, and says so', async () => {
    const error = await errorOf(async ({ step }) => {
      for (let at = 0; at < 17; at += 1) await step(`step ${at}`, () => 'x'.repeat(65_000));
    });
    expect(error).toMatchObject({ code: 'FLAMINGOCK_STEP_RESULT', step: 'step 15' });
    expect((error as Error).message).toContain('the steps of the change have');
  });

  it('keeps names and results in any characters', async () => {
    await executing(({ step }) => step('größe 📦', () => 'ü\u2028'));
    expect(await recorded()).toEqual([{ name: 'größe 📦', result: 'ü\u2028' }]);
  });
});

describe('the record of a step', () => {
  it('is written again where its answer was lost', async () => {
    wire.lose('writeRecord', 'answer').lose('writeRecord', 'answer');
    expect(await executing(({ step }) => step('a', () => 1))).toMatchObject({ status: 'executed' });
    expect(await recorded()).toEqual(A_DONE);
  });

  it('waits for a store that is away for a while', async () => {
    wire.lose('writeRecord', 'request', 5);
    expect(await executing(({ step }) => step('a', () => 1))).toMatchObject({ status: 'executed' });
    expect(await recorded()).toEqual(A_DONE);
  });

  it('replaces the one that an earlier execution has left', async () => {
    await executing(({ step }) => step('old', () => 1));
    await executing(async ({ step }) => {
      await step('a', () => 1);
    });
    expect(await recorded()).toEqual(A_DONE);
  });

  it('is refused once another instance has taken over, and nothing follows', async () => {
    const next = new InMemoryAuditStore(database);
    const undo = (): never => {
      throw new TypeError('was undone');
    };
    const options: StepOptions<number> = { undo };
    const failure = await failureOf(
      executing(async ({ step }) => {
        await step('a', () => 1, options);
        await step('b', () => next.claimHead(holdOf(run.lease.token + 1)).then(() => 2), options);
        await step('c', () => 3);
      }),
    );
    expect(failure).toBeInstanceOf(LockLostError);
    expect((failure as Error).message).toContain('its steps were refused');
    expect(await recorded()).toEqual(A_DONE);
    expect(await history()).toEqual(['publish STARTED']);
  });

  it('fails the change where the store stays away', async () => {
    wire.lose('writeRecord', 'request', 1_000);
    const outcome = await executing(({ step }) => step('a', () => 1));
    expect(outcome).toMatchObject({
      status: 'failed',
      error: { code: 'FLAMINGOCK_AUDIT_STORE_UNAVAILABLE' },
    });
  });
});
