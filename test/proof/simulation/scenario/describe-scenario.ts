import type { ChangePlan, Fault, ProcessPlan, Scenario } from './scenario.js';

/** A scenario in words, one line for each thing. */
export function describeScenario({
  seed,
  commit,
  onIssue,
  changeMs,
  changes,
  processes,
  faults,
}: Scenario): string[] {
  const time = changeMs === undefined ? '' : `, a change has ${changeMs} ms`;
  return [
    `seed ${seed}, commit ${commit}, onIssue ${onIssue}${time}`,
    ...changes.map(describeChange),
    ...processes.map((process) => describeProcess(process, changes.length)),
    ...faults.map(describeFault),
  ];
}

function describeChange(change: ChangePlan): string {
  const { id, stage, kind, hasRollback, failures, rollbackFailures, workMs } = change;
  const facts = [
    hasRollback && 'with a rollback',
    failures > 0 && `throws ${failures} times`,
    rollbackFailures > 0 && `its rollback throws ${rollbackFailures} times`,
    workMs > 0 && `works for ${workMs} ms`,
  ];
  return [`change ${id}: ${kind} in stage ${stage}`, ...facts.filter((fact) => fact !== false)].join(', ');
}

function describeProcess({ id, operation, startsAt, knows, changeId }: ProcessPlan, changes: number): string {
  const what = changeId === undefined ? operation : `${operation} ${changeId}`;
  const version = knows < changes ? `, an older version with ${knows} of the changes` : '';
  return `process #${id}: ${what}, starts at ${startsAt} ms${version}`;
}

function describeFault(fault: Fault): string {
  switch (fault.kind) {
    case 'outage':
      return `fault: #${fault.process} has no network from ${fault.at} ms, for ${fault.ms} ms`;
    case 'stop':
      return `fault: #${fault.process} is told to stop at ${fault.at} ms`;
    case 'clock':
      return `fault: the stores' clock is set by ${fault.ms} ms at ${fault.at} ms`;
    case 'forget':
      return `fault: the ${fault.database} database loses its last ${fault.writes} writes at ${fault.at} ms`;
    case 'crash':
    case 'pause':
    case 'lose':
    case 'delay':
    case 'late':
    case 'duplicate':
      return `fault: ${fault.kind} at ${fault.statement ?? 'statement'} ${fault.message} of #${fault.process}, on the ${fault.leg}, ${fault.ms} ms`;
  }
}
