import {
  CrashPoint,
  InMemoryAuditStore,
  InMemoryDatabase,
  InMemoryTable,
  ManualRuntime,
  type InMemoryNetwork,
} from '@nestjs-flamingock/testing';
import type { AuditEntry } from '../audit/audit-entry.js';
import type { ChangeDescriptor } from '../change/change-descriptor.js';
import type { CompletedStep, StepOptions } from '../change/change-step.js';
import { aChange, changeMethod } from '../fixtures/changes.js';
import { anEngine } from '../fixtures/engines.js';
import { LEASE_MS, passing, SERVICE, statesOf } from '../fixtures/runs.js';
import { auditFix } from '../operations/audit-fix.js';
import { execute } from '../operations/execute.js';
import { issueGet, issueList } from '../operations/issues.js';
import { plan } from '../operations/plan.js';
import { undo } from '../operations/undo.js';
import type { ExecutionReport } from '../reporting/execution-report.js';
import { ChangeFailedError, ManualInterventionError } from './run.errors.js';

const STEPS = ['a', 'b', 'c'] as const;
type Step = (typeof STEPS)[number];
const OPERATOR = { actor: 'anna', signal: new AbortController().signal };

/** What the steps of the change are given beside their work, and what the change does beside its steps. */
interface Making {
  readonly options?: (step: Step, world: World) => StepOptions<string>;
  readonly between?: (step: Step) => void | Promise<void>;
  readonly change?: Partial<ChangeDescriptor>;
}

/** An audit store, a target, and instances of a service that reach both, each by a network of its own. */
class World {
  readonly runtime = new ManualRuntime();
  readonly audit = new InMemoryDatabase({ now: this.runtime.wallMs });
  readonly target = new InMemoryDatabase();
  readonly store = new InMemoryAuditStore(this.audit);
  readonly rows = new InMemoryTable(this.target);
  /** Results of steps as the change was given them, of the last call. */
  results: string[] = [];
  /** What was called, in order. */
  readonly calls: string[] = [];
  fails: (step: Step) => boolean = () => false;
  making: Making = {};
  private instances = 0;

  engine(network?: InMemoryNetwork) {
    this.instances += 1;
    return anEngine({
      store: new InMemoryAuditStore(this.audit.connect(network)),
      runtime: new ManualRuntime({ clock: this.runtime.clock, pid: this.instances }),
      changes: [this.change(new InMemoryTable(this.target.connect(network)))],
    });
  }

  start(network?: InMemoryNetwork, signal = new AbortController().signal): Promise<ExecutionReport> {
    return execute(this.engine(network), signal);
  }

  /** A start that nothing happens to, once an earlier lease may be over: its report, or its error. */
  async startNext(): Promise<ExecutionReport | ManualInterventionError | ChangeFailedError> {
    try {
      return await passing(this.runtime, this.start());
    } catch (error) {
      if (error instanceof ManualInterventionError || error instanceof ChangeFailedError) return error;
      throw error;
    }
  }

  /** Dies before the `at`-th message of what `statement` names arrives. */
  async dieAt(statement: string, nth = 0, leg: 'request' | 'answer' = 'request'): Promise<void> {
    let seen = 0;
    let die = (): void => undefined;
    const death = new Promise<void>((resolve) => (die = resolve));
    let isDead = false;
    const network: InMemoryNetwork = async (name, way) => {
      if (name === statement && way === leg && seen++ === nth) isDead = true;
      if (!isDead) return;
      die();
      await new Promise<never>(() => undefined);
    };
    await Promise.race([death, this.start(network).catch(() => undefined)]);
    await this.runtime.advance(2 * LEASE_MS);
  }

  /** How often each step is there. */
  async counts(): Promise<number[]> {
    return Promise.all(STEPS.map(async (step) => Number((await this.rows.get(step)) ?? 0)));
  }

  states(): Promise<string[]> {
    return statesOf(this.store);
  }

  async last(): Promise<AuditEntry> {
    return (await this.store.readSnapshot(SERVICE))[0]!;
  }

  private change(rows: InMemoryTable): ChangeDescriptor {
    const { making, calls } = this;
    const count = async (step: string) => Number((await rows.get(step)) ?? 0);
    const execution = changeMethod(async ({ context }) => {
      this.results = [];
      for (const step of STEPS) {
        await making.between?.(step);
        const work = async (): Promise<string> => {
          calls.push(step);
          await rows.set(step, (await count(step)) + 1);
          if (this.fails(step)) throw new TypeError(`${step} fails`);
          return `result of ${step}`;
        };
        this.results.push(await context.step(step, work, making.options?.(step, this)));
      }
    });
    return aChange({ execution, stepNames: () => STEPS, ...making.change });
  }
}

let world: World;
beforeEach(() => (world = new World()));

const RESULTS = STEPS.map((step) => `result of ${step}`);
/** Reads the target itself, as the `verify` of a real step does. */
const verified = (step: Step, { rows, calls }: World): StepOptions<string> => ({
  verify: async () => {
    calls.push(`verify ${step}`);
    return ((await rows.get(step)) ?? 0) === 0 ? 'not-applied' : { applied: `result of ${step}` };
  },
});
const undone = (step: Step, { rows, calls }: World): StepOptions<string> => ({
  undo: async (result) => {
    calls.push(`undo ${step} with ${result}`);
    await rows.set(step, 0);
  },
});
const both = (step: Step, one: World): StepOptions<string> => ({
  ...verified(step, one),
  ...undone(step, one),
});

describe('a change made of steps', () => {
  it('runs them one after the other, and gives their results', async () => {
    await world.startNext();
    expect(world.results).toEqual(RESULTS);
    expect(await world.counts()).toEqual([1, 1, 1]);
    expect(await world.states()).toEqual(['publish STARTED', 'publish EXECUTED']);
  });

  it('writes once for each completion, and once before the first', async () => {
    const written: string[] = [];
    await passing(
      world.runtime,
      world.start((statement, leg) => {
        if (statement === 'writeRecord' && leg === 'request') written.push(statement);
        if (statement === 'readRecord') written.push(statement);
        return Promise.resolve();
      }),
    );
    expect(written).toHaveLength(STEPS.length + 1);
  });

  it('is not asked about while no execution of it is open', async () => {
    await world.startNext();
    const read: string[] = [];
    await passing(
      world.runtime,
      world.start((statement) => {
        read.push(statement);
        return Promise.resolve();
      }),
    );
    expect(read).not.toContain('readRecord');
  });
});

describe('a process that dies in a change made of steps', () => {
  it.each(['MANUAL_INTERVENTION', 'ALWAYS_RETRY'] as const)(
    'at any message, is succeeded by one that completes it by their verify: %s',
    async (recovery) => {
      let died = true;
      for (let at = 0; died; at += 1) {
        world = new World();
        world.making = { options: verified, change: { recovery } };
        const crash = new CrashPoint(at);
        died = await crash.kills(passing(world.runtime, world.start(crash.network)));
        const next = await world.startNext();
        expect({ at, next }).toMatchObject({
          at,
          next: { status: expect.stringMatching(/applied|up-to-date/) },
        });
        expect({ at, counts: await world.counts() }).toEqual({ at, counts: [1, 1, 1] });
        expect((await world.last()).state).toBe('EXECUTED');
        expect(await issueList(world.engine())).toEqual([]);
        if (world.results.length > 0) expect(world.results).toEqual(RESULTS);
      }
    },
    60_000,
  );

  it('at any message, leaves nothing that was completed to be run again where a retry is allowed', async () => {
    let died = true;
    for (let at = 0; died; at += 1) {
      world = new World();
      world.making = { change: { recovery: 'ALWAYS_RETRY' } };
      const crash = new CrashPoint(at);
      died = await crash.kills(passing(world.runtime, world.start(crash.network)));
      expect(await world.startNext()).toMatchObject({ status: expect.stringMatching(/applied|up-to-date/) });
      const counts = await world.counts();
      expect({ at, more: counts.filter((count) => count > 1).length <= 1, counts }).toMatchObject({
        at,
        more: true,
      });
      expect(counts.every((count) => count === 1 || count === 2)).toBe(true);
    }
  }, 60_000);

  it('at any message, leaves to a person what nobody else can tell', async () => {
    let died = true;
    let people = 0;
    for (let at = 0; died; at += 1) {
      world = new World();
      const crash = new CrashPoint(at);
      died = await crash.kills(passing(world.runtime, world.start(crash.network)));
      const next = await world.startNext();
      expect((await world.counts()).every((count) => count <= 1)).toBe(true);
      if (!(next instanceof ManualInterventionError)) continue;
      people += 1;
      expect(await issueList(world.engine())).toHaveLength(1);
      expect(await world.startNext()).toBeInstanceOf(ManualInterventionError);
    }
    expect(people).toBeGreaterThan(5);
  }, 60_000);

  it('has its completed steps skipped, and gives their results', async () => {
    world.making = { options: verified };
    await world.dieAt('set', 1, 'answer');
    world.calls.length = 0;
    const report = await world.startNext();
    expect(world.calls).toEqual(['verify b', 'c']);
    expect(world.results).toEqual(RESULTS);
    expect(report).toMatchObject({
      changes: [
        { result: 'executed', reason: 'it goes on without running again what it has completed: "a"' },
      ],
    });
    expect(await world.states()).toEqual(['publish STARTED', 'publish STARTED', 'publish EXECUTED']);
  });

  it('needs no answer about the step that runs after its last completed one has ended', async () => {
    world.making = { options: verified };
    await world.dieAt('append', 1);
    world.calls.length = 0;
    await world.startNext();
    expect(world.calls).toEqual([]);
    expect(await world.states()).toEqual(['publish STARTED', 'publish STARTED', 'publish EXECUTED']);
  });

  it('before its first step, is succeeded by one that runs it from there', async () => {
    await world.dieAt('writeRecord');
    expect((await plan(world.engine())).changes[0]).toMatchObject({
      action: 'EXECUTE',
      reason: 'no step of it had begun',
    });
    expect(await world.startNext()).toMatchObject({ status: 'applied' });
    expect(await world.counts()).toEqual([1, 1, 1]);
  });

  it('before its first step, leaves it to a person where the code does not tell of steps', async () => {
    world.making = { change: { stepNames: undefined } };
    await world.dieAt('writeRecord');
    expect(await world.startNext()).toBeInstanceOf(ManualInterventionError);
    expect(world.calls).toEqual([]);
  });

  it.each([
    ['says partial', () => 'partial' as const, 'partial'],
    ['does not know', () => 'unknown' as const, 'unknown'],
    [
      'fails',
      (): never => {
        throw new RangeError('the feed is away');
      },
      'unknown',
    ],
    ['says what is no verdict', () => 'maybe' as never, 'unknown'],
    ['never answers', () => new Promise<never>(() => undefined), 'unknown'],
  ])('is left to a person where the verify of the step in flight %s', async (_title, verify, verdict) => {
    world.making = { options: () => ({ verify }), change: { timeoutMs: 5_000 } };
    await world.dieAt('set', 1, 'answer');
    const before = await plan(world.engine());
    expect(before.changes[0]).toMatchObject({
      action: 'RECONCILE',
      reason: expect.stringContaining('asked by its verify'),
    });
    const error = await world.startNext();
    expect(error).toBeInstanceOf(ManualInterventionError);
    expect(await world.last()).toMatchObject({
      state: 'EXECUTION_FAILED',
      operation: 'RECONCILE',
      metadata: { inFlight: 'b', verdict },
    });
    expect((await plan(world.engine())).changes[0]).toMatchObject({
      action: 'MANUAL_INTERVENTION',
      reason: expect.stringContaining('step "b"'),
    });
    const entries = (await world.states()).length;
    expect(await world.startNext()).toBeInstanceOf(ManualInterventionError);
    expect((await world.states()).length).toBe(entries);
    world.making = { options: verified };
    expect(await world.startNext()).toMatchObject({ status: 'applied' });
    expect(await world.counts()).toEqual([1, 1, 1]);
  });

  it('is told anew where its verify says another thing, and not where it says the same of another step', async () => {
    let verdict: 'partial' | 'unknown' = 'unknown';
    world.making = { options: () => ({ verify: () => verdict }) };
    await world.dieAt('set', 1, 'answer');
    const told: unknown[] = [];
    for (const says of ['unknown', 'partial', 'partial'] as const) {
      verdict = says;
      await world.startNext();
      const { seq, metadata } = await world.last();
      told.push([seq, metadata['inFlight'], metadata['verdict']]);
    }
    const [first] = told as [number, string, string][];
    expect(told).toEqual([
      [first?.[0], 'b', 'unknown'],
      [Number(first?.[0]) + 1, 'b', 'partial'],
      [Number(first?.[0]) + 1, 'b', 'partial'],
    ]);
  });

  it('is told step by step to the person who has to look', async () => {
    await world.dieAt('set', 1, 'answer');
    const error = await world.startNext();
    const told = 'Its steps: done "a"; may have begun "b"; not begun "c". Look for what "b" does.';
    expect((error as Error).message).toContain(told);
    const issue = await issueGet(world.engine());
    expect(issue.steps).toEqual([
      { name: 'a', state: 'done' },
      { name: 'b', state: 'may-have-begun' },
      { name: 'c', state: 'not-begun' },
    ]);
    expect(issue.guidance[1]).toContain(told);
    expect(issue.reason).toContain('its step "b" may be there in part, and nothing can tell');
    expect(issue.error).toContain(
      'UnsettledStepError: Step "b" of change "publish" may have begun, and has no verify',
    );
  });

  it('is settled by an operator for good', async () => {
    await world.dieAt('set', 1, 'answer');
    await world.startNext();
    await auditFix(world.engine(), { changeId: 'publish', resolution: 'ROLLED_BACK' }, OPERATOR);
    for (const step of STEPS) await world.rows.set(step, 0);
    expect(await world.startNext()).toMatchObject({ status: 'applied' });
    expect(await world.counts()).toEqual([1, 1, 1]);
    expect(world.results).toEqual(RESULTS);
  });

  it('is settled by the @Verify() of the change before its steps are asked', async () => {
    world.making = { options: verified };
    await world.dieAt('set', 1, 'answer');
    world.calls.length = 0;
    const ask = (): Promise<unknown> => Promise.resolve('applied');
    world.making = { options: verified, change: { verification: { name: 'verify', always: false, ask } } };
    expect(await world.startNext()).toMatchObject({ changes: [{ result: 'reconciled' }] });
    expect(world.calls).toEqual([]);
  });

  it('goes on from its steps where the @Verify() of the change cannot tell', async () => {
    world.making = { options: verified };
    await world.dieAt('set', 1, 'answer');
    const ask = (): Promise<unknown> => Promise.resolve('partial');
    world.making = { options: verified, change: { verification: { name: 'verify', always: false, ask } } };
    expect(await world.startNext()).toMatchObject({ changes: [{ result: 'executed' }] });
    expect(await world.counts()).toEqual([1, 1, 1]);
  });

  it('is executed from scratch where the @Verify() of the change says that nothing is there', async () => {
    await world.dieAt('set', 1, 'answer');
    for (const step of STEPS) await world.rows.set(step, 0);
    const ask = (): Promise<unknown> => Promise.resolve('not-applied');
    world.making = { change: { verification: { name: 'verify', always: false, ask } } };
    expect(await world.startNext()).toMatchObject({ changes: [{ result: 'executed' }] });
    expect(await world.counts()).toEqual([1, 1, 1]);
  });
});

describe('a change whose steps fail', () => {
  it('stays as far as it came where nothing takes it back, and goes on from there', async () => {
    world.making = { options: verified };
    world.fails = (step) => step === 'b';
    const failed = await world.startNext();
    expect(failed).toBeInstanceOf(ChangeFailedError);
    expect((await world.last()).metadata).toMatchObject({ inFlight: 'b', steps: expect.any(String) });
    expect(failed).toMatchObject({
      report: {
        changes: [
          {
            nextSteps: [
              'Its steps: done "a", "b"; not begun "c". What is done stays. Fix the cause.',
              expect.stringContaining('goes on from its steps'),
            ],
          },
        ],
      },
    });
    world.fails = () => false;
    world.calls.length = 0;
    expect(await world.startNext()).toMatchObject({ status: 'applied' });
    expect(world.calls).toEqual(['c']);
    expect(await world.counts()).toEqual([1, 1, 1]);
  });

  it('is an issue at once where the step that failed has no verify', async () => {
    world.fails = (step) => step === 'b';
    expect(await world.startNext()).toMatchObject({
      report: {
        changes: [
          { state: 'EXECUTION_FAILED', reason: expect.stringContaining('the next start stops at it') },
        ],
      },
    });
    expect(await issueGet(world.engine())).toMatchObject({ reason: expect.stringContaining('step "b"') });
  });

  it('goes on without a question where it failed between two steps', async () => {
    world.making = {
      between: (step) => {
        if (step === 'c') throw new TypeError('between');
      },
    };
    const failed = await world.startNext();
    expect(failed).toMatchObject({
      report: { changes: [{ reason: expect.stringContaining('the next start runs it again') }] },
    });
    world.making = {};
    expect(await world.startNext()).toMatchObject({ status: 'applied' });
    expect(await world.counts()).toEqual([1, 1, 1]);
  });

  it('has its completed steps undone, the last one first, before its rollback method is called', async () => {
    let seen: readonly CompletedStep[] = [];
    const rollback = changeMethod(({ context }) => {
      seen = context.steps;
      world.calls.push('rollback');
    }, 'rollback');
    world.making = { options: undone, change: { rollback } };
    world.fails = (step) => step === 'c';
    await world.startNext();
    expect(world.calls.slice(3)).toEqual(['undo b with result of b', 'undo a with result of a', 'rollback']);
    expect(seen).toEqual([
      { name: 'a', result: 'result of a', isUndone: true },
      { name: 'b', result: 'result of b', isUndone: true },
    ]);
    expect(await world.states()).toEqual([
      'publish STARTED',
      'publish EXECUTION_FAILED',
      'publish ROLLED_BACK',
    ]);
  });

  it('is rolled back where all was undone and the step that failed says that it is not there', async () => {
    world.making = { options: (step) => ({ ...undone(step, world), verify: () => 'not-applied' }) };
    world.fails = (step) => step === 'c';
    await world.startNext();
    expect((await world.last()).state).toBe('ROLLED_BACK');
    world.fails = () => false;
    await world.rows.set('c', 0);
    expect(await world.startNext()).toMatchObject({ status: 'applied' });
    expect(await world.counts()).toEqual([1, 1, 1]);
  });

  it('has the step undone that failed after all of it was there', async () => {
    world.making = { options: both };
    world.fails = (step) => step === 'c';
    await world.startNext();
    expect(world.calls.slice(3, 5)).toEqual(['verify c', 'undo c with result of c']);
    expect((await world.last()).state).toBe('ROLLED_BACK');
    expect(await world.counts()).toEqual([0, 0, 0]);
  });

  it('is not rolled back where the step that failed may be there', async () => {
    world.making = { options: undone };
    world.fails = (step) => step === 'c';
    await world.startNext();
    expect((await world.last()).state).toBe('EXECUTION_FAILED');
    expect(await world.startNext()).toBeInstanceOf(ManualInterventionError);
  });

  it('is not rolled back where a completed step has no undo', async () => {
    world.making = { options: (step) => (step === 'b' ? verified(step, world) : both(step, world)) };
    world.fails = (step) => step === 'c';
    await world.startNext();
    expect((await world.last()).state).toBe('EXECUTION_FAILED');
    expect(await world.counts()).toEqual([0, 1, 0]);
    world.fails = () => false;
    expect(await world.startNext()).toMatchObject({ status: 'applied' });
    expect(await world.counts()).toEqual([1, 1, 1]);
  });

  it('fails to be taken back where an undo throws, and calls nothing after it', async () => {
    const rollback = changeMethod(() => world.calls.push('rollback'), 'rollback');
    const options = (step: Step): StepOptions<string> => ({
      ...verified(step, world),
      undo: () => {
        throw new RangeError(`${step} stays`);
      },
    });
    world.making = { options, change: { rollback } };
    world.fails = (step) => step === 'c';
    expect(await world.startNext()).toMatchObject({
      report: { changes: [{ state: 'ROLLBACK_FAILED', rollbackError: 'RangeError: c stays' }] },
    });
    expect(world.calls).not.toContain('rollback');
    world.fails = () => false;
    expect(await world.startNext()).toMatchObject({ status: 'applied' });
    expect(await world.counts()).toEqual([1, 1, 1]);
  });

  it('at whatever message it dies while it is taken back, is completed by their verify', async () => {
    let died = true;
    for (let at = 0; died; at += 1) {
      world = new World();
      world.making = { options: both };
      world.fails = (step) => step === 'c';
      const crash = new CrashPoint(at);
      const starting = world.start(crash.network).catch((error: unknown) => error);
      died = await crash.kills(passing(world.runtime, starting));
      world.fails = () => false;
      const next = await world.startNext();
      expect({ at, next }).toMatchObject({ at, next: { status: 'applied' } });
      expect({ at, counts: await world.counts() }).toEqual({ at, counts: [1, 1, 1] });
    }
  }, 60_000);

  it('leaves what its rollback method has begun to take back to a person', async () => {
    world.making = { change: { rollback: changeMethod(() => undefined, 'rollback') } };
    world.fails = (step) => step === 'b';
    await world.dieAt('writeRecord', 2, 'answer');
    const [planned] = (await plan(world.engine())).changes;
    expect(planned).toMatchObject({ state: 'EXECUTION_FAILED', action: 'MANUAL_INTERVENTION' });
    expect(planned?.reason).not.toContain('step');
  });

  it('takes nothing back where it is told to stop between two steps', async () => {
    const stopping = new AbortController();
    world.making = {
      options: both,
      between: (step) => {
        if (step === 'c') stopping.abort(new RangeError('SIGTERM'));
      },
    };
    await passing(
      world.runtime,
      world.start(undefined, stopping.signal).catch(() => undefined),
    );
    expect((await world.last()).state).toBe('EXECUTION_FAILED');
    world.making = { options: both };
    expect(await world.startNext()).toMatchObject({ status: 'applied' });
    expect(world.calls).toEqual(['a', 'b', 'c']);
  });
});

describe('the undo of a change made of steps', () => {
  it('is told what they have come to, and leaves nothing that is skipped afterwards', async () => {
    let seen: readonly CompletedStep[] = [];
    const rollback = changeMethod(async ({ context }) => {
      seen = context.steps;
      await expect(context.step('d', () => 1)).rejects.toThrow('in its rollback method');
      for (const step of STEPS) await world.rows.set(step, 0);
    }, 'rollback');
    world.making = { change: { rollback } };
    await world.startNext();
    await passing(world.runtime, undo(world.engine(), { changeId: 'publish' }, OPERATOR));
    expect(seen).toEqual(STEPS.map((name) => ({ name, result: `result of ${name}`, isUndone: false })));
    expect(await world.startNext()).toMatchObject({ status: 'applied' });
    expect(await world.counts()).toEqual([1, 1, 1]);
  });
});
