import type { InMemoryTables } from '@nestjs-flamingock/testing';

/** Key of a row that the `run`-th call of a change's method leaves in the target. */
export function effectKey(changeId: string, method: 'execution' | 'rollback', run: number): string {
  return `${changeId}${method === 'execution' ? '+' : '-'}${run}`;
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
