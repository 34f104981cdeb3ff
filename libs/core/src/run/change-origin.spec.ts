import { InMemoryAuditStore, InMemoryDatabase, ManualRuntime } from '@nestjs-flamingock/testing';
import { RecoveryStrategy } from '../audit/recovery-strategy.js';
import type { ChangeDescriptor, Invocation } from '../change/change-descriptor.js';
import { aChange, changeMethod } from '../fixtures/changes.js';
import { anEngine } from '../fixtures/engines.js';
import { LEASE_MS, passing } from '../fixtures/runs.js';
import { currentStep, type StepScope } from '../lock/step-scope.js';
import { auditFix } from '../operations/audit-fix.js';
import { execute } from '../operations/execute.js';
import { undo } from '../operations/undo.js';
import type { TargetSystem } from '../target-system/target-system.js';

const OPERATOR = { actor: 'anna', signal: new AbortController().signal };

let runtime: ManualRuntime;
let database: InMemoryDatabase;
/** What the target system was told of each call that was not to read only, in order. */
let origins: (string | undefined)[];
/** What one call of the execution does; after them it succeeds. */
let calls: ((invocation: Invocation) => unknown)[];
/** Dies here: nothing that the process still asks of its store arrives. */
let die: () => Promise<never>;
let isAway: boolean;

beforeEach(() => {
  runtime = new ManualRuntime();
  database = new InMemoryDatabase({ now: runtime.wallMs });
  origins = [];
  calls = [];
  isAway = false;
});

const target: TargetSystem = {
  id: 'api',
  handleTokens: [],
  isTransient: () => true,
  run: (change, work) => {
    if (isAway) return Promise.reject(new TypeError('nobody listens'));
    if (!change.readOnly) origins.push(change.origin);
    return work(new Map());
  },
};
const change = (fields: Partial<ChangeDescriptor>): ChangeDescriptor =>
  aChange({
    target,
    recovery: RecoveryStrategy.ALWAYS_RETRY,
    recoveryRetry: { initialMs: 1, maxMs: 1 },
    execution: changeMethod((invocation) => calls.shift()?.(invocation)),
    ...fields,
  });
const rollback = changeMethod(() => undefined, 'rollback');
const broke = () => {
  throw new TypeError('broke');
};

let instances = 0;
function start(fields: Partial<ChangeDescriptor>) {
  let isDead = false;
  let died = (): void => undefined;
  const death = new Promise<void>((resolve) => (died = resolve));
  die = async () => {
    isDead = true;
    died();
    return new Promise<never>(() => undefined);
  };
  const store = new InMemoryAuditStore(
    database.connect(async () => (isDead ? new Promise<never>(() => undefined) : undefined)),
  );
  const engine = anEngine({
    store,
    runtime: new ManualRuntime({ clock: runtime.clock, pid: ++instances }),
    changes: [change(fields)],
  });
  return { engine, run: Promise.race([execute(engine, OPERATOR.signal).catch(() => undefined), death]) };
}
async function starts(times: number, fields: Partial<ChangeDescriptor> = {}): Promise<void> {
  for (let time = 0; time < times; time++) {
    await passing(runtime, start(fields).run);
    await runtime.advance(2 * LEASE_MS);
  }
}
const differ = () => expect(new Set(origins).size).toBe(origins.length);

describe('the origin of an execution', () => {
  it('stays the same in those that repeat one that died in the middle', async () => {
    calls = [() => die(), () => die()];
    await starts(3);
    expect(origins).toEqual([origins[0], origins[0], origins[0]]);
    expect(origins[0]).toMatch(/^[\da-f]{64}$/);
  });

  it('stays the same after a failure of which nothing is taken back', async () => {
    calls = [broke, () => die(), broke];
    await starts(4);
    expect(origins).toEqual([origins[0], origins[0], origins[0], origins[0]]);
  });

  it('is another one after a rollback, which has one of its own', async () => {
    calls = [broke];
    await starts(2, { rollback, retry: false });
    expect(origins).toHaveLength(3);
    differ();
  });

  it('is another one where the process died in the middle of a rollback', async () => {
    calls = [broke];
    await starts(2, { rollback: changeMethod(() => die(), 'rollback') });
    expect(origins).toHaveLength(3);
    differ();
  });

  it('is another one in an attempt of the same run that follows a rollback', async () => {
    calls = [broke];
    await starts(1, { rollback });
    expect(origins).toHaveLength(3);
    differ();
  });

  it('is kept where a later attempt found its target system away', async () => {
    calls = [() => die()];
    await starts(1);
    isAway = true;
    await starts(1);
    isAway = false;
    await starts(1);
    expect(origins).toEqual([origins[0], origins[0]]);
  });

  it('is kept where @Verify() says that nothing is there', async () => {
    calls = [() => die()];
    const verification = { name: 'verify', always: false, invoke: async () => 'not-applied' as const };
    await starts(2, { verification } as unknown as Partial<ChangeDescriptor>);
    expect(origins).toEqual([origins[0], origins[0]]);
  });

  it('is another one once an operator has said that nothing is there', async () => {
    calls = [() => die()];
    const manual = { recovery: RecoveryStrategy.MANUAL_INTERVENTION };
    await starts(1, manual);
    const { engine } = start(manual);
    await passing(runtime, auditFix(engine, { changeId: 'publish', resolution: 'ROLLED_BACK' }, OPERATOR));
    await starts(1, manual);
    expect(origins).toHaveLength(2);
    differ();
  });

  it('is another one after an undo, which has one of its own', async () => {
    await starts(1, { rollback });
    const { engine } = start({ rollback });
    await passing(runtime, undo(engine, { changeId: 'publish' }, OPERATOR));
    await starts(1, { rollback });
    expect(origins).toHaveLength(3);
    differ();
  });
});

describe('the current step', () => {
  it('is told with what it calls, and how often it was taken back', async () => {
    const seen: (StepScope | undefined)[] = [];
    const note = () => void seen.push(currentStep());
    const body =
      (fails: boolean) =>
      async ({ context }: Invocation) => {
        note();
        await context.step('a', note, { undo: note });
        await context.step(
          'b',
          () => {
            note();
            if (fails) broke();
          },
          {
            verify: () => {
              note();
              return 'partial';
            },
          },
        );
      };
    calls = [body(true), body(true), body(false)];
    await starts(3, { retry: false });
    const a = (what: StepScope['calls'], undone: number) => ({ name: 'a', calls: what, undone });
    const b = (what: StepScope['calls']) => ({ name: 'b', calls: what, undone: 0 });
    expect(seen).toEqual([
      ...[undefined, a('work', 0), b('work'), b('verify'), a('undo', 0)],
      ...[undefined, a('work', 1), b('verify'), b('work'), b('verify'), a('undo', 1)],
      ...[undefined, a('work', 2), b('verify'), b('work')],
    ]);
    expect(new Set(origins).size).toBe(1);
  });
});
