import type { AuditStore } from '../audit/audit-store.js';
import type { ChangeDescriptor } from '../change/change-descriptor.js';
import type { Pipeline } from '../plan/pipeline.js';
import type { Runtime } from '../runtime/runtime.js';
import { isTransactional, type TransactionalTargetSystem } from '../target-system/target-system.js';
import { withinTime } from '../runtime/within-time.js';
import { txStrategyOf } from './change-executor.js';
import { LookTimeoutError } from './executor.errors.js';

/** Longest time that a look at a target system may take where nothing is about to run on it, in milliseconds. */
const LOOK_MS = 3_000;

/** The target systems that keep markers and fences of a pipeline's changes, each once. */
export function separateTargets({ pipeline, store }: { pipeline: Pipeline; store: AuditStore }) {
  return targetsWithMarkers(
    pipeline.stages.flatMap(({ changes }) => changes),
    store,
  );
}

/** The target systems that keep markers and fences of these changes, each once. */
export function targetsWithMarkers(
  changes: readonly ChangeDescriptor[],
  store: AuditStore,
): TransactionalTargetSystem[] {
  const separate = changes.filter((change) => txStrategyOf(change, store) === 'TX_SEPARATE');
  return [...new Set(separate.map(({ target }) => target).filter(isTransactional))];
}

/** @throws LookTimeoutError where the target system does not answer soon. */
export function withinLook<T>(look: Promise<T>, runtime: Runtime): Promise<T> {
  return withinTime(LOOK_MS, look, () => new LookTimeoutError(LOOK_MS), runtime);
}
