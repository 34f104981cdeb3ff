import type { AuditSnapshot } from '../audit/audit-snapshot.js';
import type { Engine } from './engine.js';

/** Tells that the holder before was gone in the middle of a change: who has recorded a start, and no end, had the lock. */
export function announceTakeOver(
  { events, pipeline }: Pick<Engine, 'events' | 'pipeline'>,
  executionId: string,
  snapshot: AuditSnapshot,
): void {
  const last = [...snapshot.values()].at(-1);
  if (last?.state !== 'STARTED') return;
  const { changeId, seq, hostname: host } = last;
  const from = { executionId: last.executionId, host };
  events.publish('run.took-over', { service: pipeline.service, executionId, changeId, seq, from });
}
