import type { InMemoryTables } from '@nestjs-flamingock/testing';

/** Key of a row that the `run`-th call of a change's method leaves in the target. */
export function effectKey(changeId: string, method: 'execution' | 'rollback', run: number): string {
  return `${changeId}${method === 'execution' ? '+' : '-'}${run}`;
}

/** Key of a row that the `run`-th call of a step's work leaves in the target. */
export function stepKey(changeId: string, step: string, run: number): string {
  return `${changeId}.${step}+${run}`;
}

/** How often a step is in its target now. */
export function timesOfStep({ rows }: InMemoryTables, changeId: string, step: string): number {
  return [...rows.keys()].filter((key) => key.startsWith(`${changeId}.${step}+`)).length;
}

/** How often a change is in its target now: executions less rollbacks. */
export function timesIn({ rows }: InMemoryTables, changeId: string): number {
  let times = 0;
  for (const key of rows.keys()) {
    if (key.startsWith(`${changeId}+`)) times += 1;
    if (key.startsWith(`${changeId}-`)) times -= 1;
  }
  return times;
}
