import type { TransactionalTargetSystem } from '@nestjs-flamingock/core/adapter';
import { InMemoryTable, type InMemorySession } from '@nestjs-flamingock/testing';
import type { ChangeDescriptor, Invocation } from '../../../../libs/core/src/change/change-descriptor.js';
import { aChange, changeMethod, FILES } from '../../../../libs/core/src/fixtures/changes.js';
import { sleep } from '../../../../libs/core/src/runtime/sleep.js';
import { effectKey, stepKey } from '../check/effects.js';
import type { Oracle } from '../check/oracle.js';
import { isTransactionalKind, type ChangePlan } from '../scenario/scenario.js';
import type { SimulatedProcess } from './simulated-process.js';
import type { SimulatedRuntime } from './simulated-runtime.js';

/** What the changes of one process work on. */
export interface Surroundings {
  readonly process: SimulatedProcess;
  readonly runtime: SimulatedRuntime;
  readonly oracle: Oracle;
  readonly shared: TransactionalTargetSystem;
  readonly separate: TransactionalTargetSystem;
  /** What changes without transactions write to. */
  readonly files: InMemorySession;
}

/** The steps of a change that is made of some. */
export const STEPS: readonly string[] = ['a', 'b', 'c'];

/** What a change throws when its plan has it fail. */
export class PlannedFailure extends Error {
  override readonly name = 'PlannedFailure';
}

/** Makes the change that `plan` describes, for one process. `order`: its place in its stage. */
export function describeChange(plan: ChangePlan, order: number, around: Surroundings): ChangeDescriptor {
  const transactional = isTransactionalKind(plan.kind);
  const { id, stage, hasRollback } = plan;
  return aChange({
    id,
    stage,
    order: String(order).padStart(4, '0'),
    className: id.toUpperCase(),
    target: transactional ? targetOf(plan, around) : FILES,
    transactional,
    recovery: plan.kind === 'NON_TX_RETRY' ? 'ALWAYS_RETRY' : 'MANUAL_INTERVENTION',
    stepNames: plan.kind === 'NON_TX_STEPS' ? () => STEPS : undefined,
    execution:
      plan.kind === 'NON_TX_STEPS'
        ? stepwise(plan, around)
        : { ...method(plan, 'execution', around), staysInTransaction: () => plan.kind === 'TX_SHARED' },
    rollback: hasRollback ? method(plan, 'rollback', around) : undefined,
  });
}

function targetOf({ kind }: ChangePlan, { shared, separate }: Surroundings): TransactionalTargetSystem {
  return kind === 'TX_SHARED' ? shared : separate;
}

function method(plan: ChangePlan, name: 'execution' | 'rollback', around: Surroundings) {
  const { oracle, process, runtime } = around;
  const failures = name === 'execution' ? plan.failures : plan.rollbackFailures;
  return changeMethod(async (invocation) => {
    const { executionId } = invocation.context;
    const run = oracle.begins({ process, changeId: plan.id, method: name, executionId });
    const table = tableOf(plan, invocation, around);
    await table.set(effectKey(plan.id, name, run), executionId);
    if (plan.workMs > 0) await sleep(runtime, plan.workMs);
    if (run <= failures && !process.isHealthy) throw new PlannedFailure(`${name} of ${plan.id}, call ${run}`);
    await table.set(`after ${effectKey(plan.id, name, run)}`, executionId);
    if (name === 'execution') oracle.calls.end(plan.id, executionId);
  }, name);
}

/** Does its work in steps that can tell whether they are there. */
function stepwise(plan: ChangePlan, around: Surroundings) {
  const { oracle, process, runtime } = around;
  return changeMethod(async (invocation) => {
    const { context } = invocation;
    const { executionId } = context;
    const table = tableOf(plan, invocation, around);
    for (const step of STEPS) {
      const work = async (): Promise<string> => {
        const run = oracle.beginsStep({ process, changeId: plan.id, executionId }, step);
        await table.set(stepKey(plan.id, step, run), executionId);
        if (plan.workMs > 0) await sleep(runtime, plan.workMs / STEPS.length);
        if (run <= plan.failures && !process.isHealthy) throw new PlannedFailure(`${step} of ${plan.id}`);
        return step;
      };
      const verify = async () => {
        // The way to the target, which may lose the question.
        await table.get(step);
        return oracle.timesOfStep(plan.id, step) > 0 ? { applied: step } : ('not-applied' as const);
      };
      const result = await context.step(step, work, { verify });
      if (result !== step) throw new TypeError(`${step} gave ${result}`);
    }
    oracle.calls.end(plan.id, executionId);
  }, 'execution');
}

function tableOf(
  { id, kind }: ChangePlan,
  { handles, guard }: Invocation,
  around: Surroundings,
): InMemoryTable {
  if (isTransactionalKind(kind)) return handles.get(InMemoryTable) as InMemoryTable;
  return guard(new WatchedTable(around.files, () => around.oracle.acts(around.process, id)));
}

/** What is behind the guard: nothing may get here without the lock. */
class WatchedTable extends InMemoryTable {
  constructor(
    session: InMemorySession,
    private readonly acts: () => void,
  ) {
    super(session);
  }

  override set(key: string, value: unknown): Promise<void> {
    this.acts();
    return super.set(key, value);
  }
}
