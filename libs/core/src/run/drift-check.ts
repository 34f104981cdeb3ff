import { isApplied, type AuditState } from '../audit/audit-state.js';
import { readSnapshot, type AuditSnapshot } from '../audit/audit-snapshot.js';
import type { ChangeDescriptor } from '../change/change-descriptor.js';
import { resolveMethods } from '../change/change-parameters.js';
import { errorText } from '../errors/error-text.js';
import { inquire, type Inquiry } from '../executor/inquiry.js';
import { entryOf } from '../plan/replaced.js';
import { useTargets } from '../plan/pipeline.js';
import type { ChangeVerdict, DriftReport } from '../reporting/drift-report.js';
import { isTransactional } from '../target-system/target-system.js';
import { atMost } from '../runtime/at-most.js';
import type { Engine } from './engine.js';

/** In whose name changes are asked, and until when. */
export interface Asking {
  readonly executionId: string;
  /** Once it aborts, nobody is asked any more, and who has not answered yet counts as one that cannot tell. */
  readonly signal: AbortSignal;
}

/** How many changes are asked at a time that borrow a connection: fewer than a usual pool has. */
const WITH_CONNECTION = 8;
/** How many others are. */
const WITHOUT_CONNECTION = 32;

/**
 * Asks every applied change whether it is still there, several at a time, and publishes the outcome. Takes no lock and
 * writes nothing.
 *
 * @throws InvalidChangesError listing every parameter of theirs that nothing provides; AuditStoreUnavailableError
 */
export async function checkDrift(engine: Engine, asking: Asking): Promise<DriftReport> {
  const { pipeline, store, events } = engine;
  const { service } = pipeline;
  const snapshot = await readSnapshot(store, service);
  const applied = allChanges(engine).filter((change) => {
    const entry = entryOf(change, snapshot);
    return entry !== undefined && isApplied(entry.state);
  });
  const asked = applied.filter(({ verification }) => verification !== undefined);
  const verdicts = await askChanges(engine, asked, snapshot, asking);
  const report = {
    service,
    asked: asked.length,
    unasked: applied.filter(({ verification }) => verification === undefined).map(({ id }) => id),
    drifted: verdicts.filter(({ verdict }) => verdict !== 'applied'),
  };
  events.publish('drift.checked', { executionId: asking.executionId, ...report });
  return report;
}

/** Every change of the code, in order. */
export function allChanges({ pipeline }: Engine): ChangeDescriptor[] {
  return pipeline.stages.flatMap(({ changes }) => changes);
}

/** What the `@Verify()` of each of these changes says, in their order. */
export async function askChanges(
  engine: Engine,
  changes: readonly ChangeDescriptor[],
  snapshot: AuditSnapshot,
  { executionId, signal }: Asking,
): Promise<ChangeVerdict[]> {
  if (changes.length === 0) return [];
  const { runtime, settings, pipeline } = engine;
  const { service } = pipeline;
  const methods = changes.flatMap(({ verification }) => verification ?? []);
  await engine.initialise?.(await resolveMethods(methods));
  const { changeMs, answerMs } = settings.timeouts;
  const about = { service, executionId, runtime, timeoutMs: changeMs ?? answerMs, signal };
  const giveBack = useTargets(pipeline);
  try {
    const answers = new Map<ChangeDescriptor, Inquiry>();
    const ask = async (change: ChangeDescriptor) => void answers.set(change, await inquire(change, about));
    await Promise.all([
      atMost(WITH_CONNECTION, changes.filter(borrows), ask),
      atMost(
        WITHOUT_CONNECTION,
        changes.filter((change) => !borrows(change)),
        ask,
      ),
    ]);
    return changes.map((change) => verdictOf(change, answers.get(change), entryOf(change, snapshot)?.state));
  } finally {
    await giveBack();
  }
}

function borrows({ target }: ChangeDescriptor): boolean {
  return isTransactional(target);
}

function verdictOf(
  { id: changeId, stage, target }: ChangeDescriptor,
  { verdict, error }: Inquiry = { verdict: 'unknown' },
  state: AuditState | undefined,
): ChangeVerdict {
  return {
    changeId,
    stage,
    targetSystem: target.id,
    ...(state && { state }),
    verdict,
    ...(error !== undefined && { error: errorText(error) }),
  };
}
