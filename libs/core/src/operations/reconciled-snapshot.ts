import { readSnapshot, type AuditSnapshot } from '../audit/audit-snapshot.js';
import type { RunResources } from '../executor/change-caller.js';
import type { Executors } from '../executor/executors.js';
import { Reconciler } from '../executor/reconciler.js';
import { planExecution } from '../plan/execution-planner.js';
import type { Engine } from '../run/engine.js';
import type { ExclusiveSession } from '../run/exclusive-session.js';
import { blockedReport } from '../run/issue-report.js';
import { makeReady } from '../run/make-ready.js';
import { operatorOf, type Operation } from './operation-context.js';

/** With what an operation asks target systems, and on whose behalf. */
interface Asking {
  readonly resources: RunResources;
  readonly executors: Executors;
  readonly operation: Operation;
}

/** History, after the open executions are reconciled with their target systems. */
export async function reconciledSnapshot(
  engine: Engine,
  { snapshot, journal }: ExclusiveSession,
  { resources, executors, operation }: Asking,
): Promise<AuditSnapshot> {
  const stages = planExecution(engine.pipeline, snapshot).stages;
  const open = stages
    .flatMap(({ changes }) => changes)
    .filter(({ action, isAsked }) => action === 'RECONCILE' || isAsked);
  if (open.length === 0) return snapshot;
  await makeReady(
    engine,
    open.map(({ change }) => change),
  );
  const { service, executionId } = journal;
  const reconciler = new Reconciler(resources);
  for (const planned of open) {
    const { change, entry } = planned;
    if (!planned.isAsked) await executors.prepareMarkers(change);
    const reconciled = entry && (await reconciler.reconcile(change, entry));
    if (reconciled?.action !== 'MANUAL_INTERVENTION') continue;
    const blocked = blockedReport({ ...planned, ...reconciled });
    engine.events.publish('issue.opened', {
      service,
      executionId,
      change: blocked,
      ...operatorOf(operation),
    });
  }
  return readSnapshot(engine.store, service);
}
