import type { AuditSnapshot } from '../audit/audit-snapshot.js';
import type { Engine } from './engine.js';
import { errorText } from '../errors/error-text.js';
import { LostWritesError } from '../recovery/lost-writes.error.js';
import { recordedClaim, type LostWrites } from '../recovery/lost-writes.js';
import { hasTrace, type TransactionalTargetSystem } from '../target-system/target-system.js';
import { separateTargets, withinLook } from '../executor/separate-targets.js';

/** What a look at the target systems of applied changes has shown. */
export interface TargetLook {
  /** Targets without any trace of the claims that history records: emptied, or replaced by others. */
  readonly emptied: readonly LostWrites[];
  /** Targets that could not be asked, with the reason. */
  readonly silent: readonly { readonly targetSystem: string; readonly error: unknown }[];
}

/**
 * Looks for targets with a database of their own that have no trace of this service, though history
 * says that it has changed them. One small read for each; the history is only read where one has none.
 */
export async function lookAtTargets(
  engine: Engine,
  readSnapshot: () => Promise<AuditSnapshot>,
): Promise<TargetLook> {
  const silent: { targetSystem: string; error: unknown }[] = [];
  const look = async (target: TransactionalTargetSystem): Promise<TransactionalTargetSystem | undefined> => {
    try {
      const found = await withinLook(hasTrace(target.markers, engine.pipeline.service), engine.runtime);
      return found ? undefined : target;
    } catch (error) {
      silent.push({ targetSystem: target.id, error });
      return undefined;
    } finally {
      // No change is going to run there, so nothing else would release the target's connections.
      await Promise.allSettled([target.close?.()]);
    }
  };
  const looks = await Promise.all(separateTargets(engine).map(look));
  const blank = looks.filter((target) => target !== undefined);
  if (blank.length === 0) return { emptied: [], silent };
  const snapshot = await readSnapshot();
  const emptied = blank.flatMap(({ id: targetSystem }): LostWrites[] => {
    const recorded = recordedClaim(snapshot, targetSystem);
    return recorded > 0 ? [{ targetSystem, lostBy: 'target-system', recorded, found: 0, changeIds: [] }] : [];
  });
  return { emptied, silent };
}

/**
 * Refuses to call a service up to date whose targets were emptied.
 *
 * @returns a warning for each target that could not be asked.
 * @throws LostWritesError
 */
export async function assertNotEmptied(
  engine: Engine,
  readSnapshot: () => Promise<AuditSnapshot>,
): Promise<readonly string[]> {
  const { emptied, silent } = await lookAtTargets(engine, readSnapshot);
  if (emptied.length > 0) throw new LostWritesError(engine.pipeline.service, emptied);
  return silent.map(
    ({ targetSystem, error }) =>
      `target system "${targetSystem}" could not be asked whether it still has its changes: ${errorText(error)}`,
  );
}
