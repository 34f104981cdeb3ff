import { auditFix } from '../../../../libs/core/src/operations/audit-fix.js';
import { auditReconcile } from '../../../../libs/core/src/operations/audit-reconcile.js';
import { execute } from '../../../../libs/core/src/operations/execute.js';
import { undo } from '../../../../libs/core/src/operations/undo.js';
import type { Engine } from '../../../../libs/core/src/run/engine.js';
import { due, isIn } from '../check/rules.js';
import type { ChangePlan } from '../scenario/scenario.js';
import type { SimulatedProcess } from './simulated-process.js';
import type { World } from './world.js';

/** Does what the plan of a process says. */
export async function operate(process: SimulatedProcess, engine: Engine, world: World): Promise<unknown> {
  const { operation, changeId } = process.plan;
  if (operation === 'fix') return fix(process, engine, world);
  if (operation === 'undo') return undo(engine, { changeId: changeId! }, operationOf(process));
  return run(process, engine, world);
}

async function run(
  process: SimulatedProcess,
  engine: Engine,
  { oracle, scenario, verdict }: World,
): Promise<unknown> {
  const report = await execute(engine, process.stopping.signal);
  const isUndone = scenario.processes.some(({ operation }) => operation === 'undo');
  if (isUndone || oracle.hasForgotten || (report.status !== 'applied' && report.status !== 'up-to-date'))
    return report;
  const missing = report.changes.find(({ changeId }) => !isIn(oracle.history.lastOf(changeId)));
  verdict.expect(
    !missing,
    'truthful report',
    () => `${process.name}: ${report.status}, without ${missing?.changeId}`,
  );
  return report;
}

/** An operator who looks at the first issue there is and tells the truth about it. */
async function fix(process: SimulatedProcess, engine: Engine, world: World): Promise<unknown> {
  const issue = openIssues(world)[0];
  if (!issue) return undefined;
  const resolution = world.oracle.timesIn(issue) > 0 ? 'EXECUTED' : 'ROLLED_BACK';
  return auditFix(engine, { changeId: issue.id, resolution }, operationOf(process));
}

/** An operator who looks at every change in question and tells the truth about it. */
export async function reconcile(process: SimulatedProcess, engine: Engine, world: World): Promise<unknown> {
  const { inQuestion, lostWrites } = await auditReconcile(engine, {}, operationOf(process));
  if (inQuestion.length === 0 && lostWrites.length === 0) return undefined;
  const isThere = (changeId: string): boolean =>
    world.scenario.changes.some((change) => change.id === changeId && world.oracle.timesIn(change) > 0);
  const executed = inQuestion.map(({ changeId }) => changeId).filter(isThere);
  return auditReconcile(engine, { executed, others: 'ROLLED_BACK' }, operationOf(process));
}

/** An operator of the process's name, who stops with it. */
function operationOf({ name, stopping }: SimulatedProcess) {
  return { actor: name, signal: stopping.signal };
}

/** The changes that need a manual check now. */
export function openIssues({ scenario, oracle }: World): ChangePlan[] {
  return scenario.changes.filter(({ id, kind }) => due(oracle.history.lastOf(id), kind) === 'person');
}
