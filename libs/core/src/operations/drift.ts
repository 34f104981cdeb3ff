import { isApplied, type AuditState } from '../audit/audit-state.js';
import { readSnapshot, type AuditSnapshot } from '../audit/audit-snapshot.js';
import type { ChangeDescriptor } from '../change/change-descriptor.js';
import { resolveMethods } from '../change/change-parameters.js';
import { errorText } from '../errors/error-text.js';
import { inquire } from '../executor/inquiry.js';
import { entryOf } from '../plan/replaced.js';
import { useTargets } from '../plan/pipeline.js';
import type { Verdict } from '../recovery/verdict.js';
import type { Engine } from '../run/engine.js';
import { atMost } from '../runtime/at-most.js';
import { assertKnown } from './known-changes.js';
import { NoVerifyError } from './operation.errors.js';

/** Which changes are asked. */
export interface VerifyRequest {
  /** @default every change that has a `@Verify()` */
  readonly changeId?: string;
}

/** What the `@Verify()` of a change says. */
export interface ChangeVerdict {
  readonly changeId: string;
  readonly stage: string;
  readonly targetSystem: string;
  /** Its last recorded state; absent where nothing was ever recorded. */
  readonly state?: AuditState;
  readonly verdict: Verdict;
  /** Why it could not tell, where it failed or did not answer in time. */
  readonly error?: string;
}

/** What applied changes say of themselves. */
export interface DriftReport {
  readonly service: string;
  /** How many applied changes were asked. */
  readonly asked: number;
  /** Ids of the applied changes that have no `@Verify()`. */
  readonly unasked: readonly string[];
  /** Those that are not there as the history has them: every verdict but `applied`. */
  readonly drifted: readonly ChangeVerdict[];
}

/** How many changes are asked at a time, fewer than the connections of a usual pool. */
const AT_A_TIME = 8;

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
  const changes = changesOf(engine).filter(({ id }) => changeId === undefined || id === changeId);
  const asked = changes.filter(({ verification }) => verification !== undefined);
  if (changeId !== undefined && asked.length === 0) throw new NoVerifyError(changeId, changes.length > 0);
  return ask(engine, asked, snapshot);
}

/**
 * Asks every applied change whether it is still there, several at a time. Takes no lock and writes nothing.
 *
 * @throws InvalidChangesError listing every parameter of theirs that nothing provides; AuditStoreUnavailableError
 */
export async function drift(engine: Engine): Promise<DriftReport> {
  const { pipeline, store } = engine;
  const { service } = pipeline;
  const snapshot = await readSnapshot(store, service);
  const applied = changesOf(engine).filter((change) => {
    const entry = entryOf(change, snapshot);
    return entry !== undefined && isApplied(entry.state);
  });
  const asked = applied.filter(({ verification }) => verification !== undefined);
  const verdicts = await ask(engine, asked, snapshot);
  return {
    service,
    asked: asked.length,
    unasked: applied.filter(({ verification }) => verification === undefined).map(({ id }) => id),
    drifted: verdicts.filter(({ verdict }) => verdict !== 'applied'),
  };
}

function changesOf({ pipeline }: Engine): ChangeDescriptor[] {
  return pipeline.stages.flatMap(({ changes }) => changes);
}

async function ask(
  engine: Engine,
  changes: readonly ChangeDescriptor[],
  snapshot: AuditSnapshot,
): Promise<ChangeVerdict[]> {
  if (changes.length === 0) return [];
  const { runtime, settings, pipeline } = engine;
  const { service } = pipeline;
  const methods = changes.flatMap(({ verification }) => verification ?? []);
  await engine.initialise?.(await resolveMethods(methods));
  const executionId = runtime.uuid();
  const { changeMs, answerMs } = settings.timeouts;
  const about = { service, executionId, runtime, timeoutMs: changeMs ?? answerMs };
  const giveBack = useTargets(pipeline);
  try {
    return await atMost(AT_A_TIME, changes, async (change) => {
      const { id: changeId, stage, target } = change;
      const { verdict, error } = await inquire(change, about);
      const state = entryOf(change, snapshot)?.state;
      return {
        changeId,
        stage,
        targetSystem: target.id,
        ...(state && { state }),
        verdict,
        ...(error !== undefined && { error: errorText(error) }),
      };
    });
  } finally {
    await giveBack();
  }
}
