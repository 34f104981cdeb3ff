import { playbookFor, type Playbook } from '../recovery/playbook.js';
import type { ExecutionPlan, PlannedChange } from './execution-plan.js';

/** The plan, with the playbook that may act on each change which needs a manual check. Pure. */
export function withPlaybooks(plan: ExecutionPlan, playbooks: readonly Playbook[]): ExecutionPlan {
  if (playbooks.length === 0) return plan;
  const split = new Set(plan.partlyReplaced.map(({ change }) => change));
  const marked = (planned: PlannedChange): PlannedChange => {
    const { change, entry, action } = planned;
    if (action !== 'MANUAL_INTERVENTION' || !entry || split.has(change)) return planned;
    const playbook = plan.foreign.includes(planned) ? undefined : playbookFor(playbooks, change, entry);
    return playbook ? { ...planned, playbook } : planned;
  };
  return {
    ...plan,
    stages: plan.stages.map(({ name, changes }) => ({ name, changes: changes.map(marked) })),
  };
}
