import { readSnapshot } from '../audit/audit-snapshot.js';
import type { ChangeVerdict, DriftReport } from '../reporting/drift-report.js';
import { allChanges, askChanges, checkDrift, type Asking } from '../run/drift-check.js';
import type { Engine } from '../run/engine.js';
import { assertKnown } from './known-changes.js';
import { NoVerifyError } from './operation.errors.js';

/** Which changes are asked. */
export interface VerifyRequest {
  /** @default every change that has a `@Verify()` */
  readonly changeId?: string;
}

/**
 * Asks changes, in any state, how much of them is in their target systems. Takes no lock and writes nothing.
 *
 * @throws UnknownChangeError for an id that neither code nor history knows; NoVerifyError for a change without a
 * `@Verify()`; InvalidChangesError listing every parameter that nothing provides.
 */
export async function verify(engine: Engine, { changeId }: VerifyRequest = {}): Promise<ChangeVerdict[]> {
  const { pipeline, store } = engine;
  const snapshot = await readSnapshot(store, pipeline.service);
  if (changeId !== undefined) assertKnown(changeId, pipeline, snapshot);
  const changes = allChanges(engine).filter(({ id }) => changeId === undefined || id === changeId);
  const asked = changes.filter(({ verification }) => verification !== undefined);
  if (changeId !== undefined && asked.length === 0) throw new NoVerifyError(changeId, changes.length > 0);
  return askChanges(engine, asked, snapshot, asking(engine));
}

/**
 * Asks every applied change whether it is still there. See {@link checkDrift}.
 *
 * @throws InvalidChangesError, AuditStoreUnavailableError
 */
export async function drift(engine: Engine): Promise<DriftReport> {
  return checkDrift(engine, asking(engine));
}

function asking({ runtime }: Engine): Asking {
  return { executionId: runtime.uuid(), signal: new AbortController().signal };
}
