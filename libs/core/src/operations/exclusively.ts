import { endFault, tailFault } from '../audit/audit-snapshot.js';
import { errorText } from '../errors/error-text.js';
import { renamingOf } from '../audit/renaming.js';
import { assertNothingForgotten } from '../run/forgotten-claims.js';
import type { LockHold } from '../lock/lock-store.js';
import { refuseInside } from '../lock/change-scope.js';
import { LockTimeoutError } from '../lock/lock.errors.js';
import type { Engine } from '../run/engine.js';
import { withLock, type LockRequest } from '../run/exclusive-run.js';
import type { ExclusiveSession } from '../run/exclusive-session.js';
import { assertOpen } from '../run/plan-checks.js';
import type { Operation } from './operation-context.js';

/** How an operation gets the lock. */
export interface OperationLockRequest extends Pick<Operation, 'signal' | 'waitMs'> {
  /** Goes on in a history that is closed, or an unfinished copy of another. */
  readonly renaming?: boolean;
  /** Goes on in spite of lost writes and of entries that were changed. */
  readonly reconciling?: {
    /** The token of this hold is above this one. */
    readonly above: number;
    /** Called with the lock in hand, before the head is claimed. */
    beforeClaim?(hold: LockHold): Promise<void>;
  };
}

/**
 * Does `work` while this process alone may add to the history.
 *
 * @throws LockTimeoutError with who holds the lock; SelfWaitingError inside a change of the run that holds it; AuditStoreUnavailableError;
 * ServiceRenamedError, RenameUnfinishedError; the signal's reason when it aborts before the lock is there.
 */
export async function exclusively<T>(
  engine: Engine,
  { waitMs, signal, renaming = false, reconciling }: OperationLockRequest,
  work: (session: ExclusiveSession) => Promise<T>,
): Promise<T> {
  const { pipeline, store, runtime } = engine;
  const { service } = pipeline;
  refuseInside(service, store);
  // A store that finds the history elsewhere says so here, before it creates anything.
  const head = await store.readHead(service);
  const floor = Math.max(head?.token ?? 0, reconciling?.above ?? 0);
  const executionId = runtime.uuid();
  const lockRequest: LockRequest = {
    executionId,
    waitMs,
    waiting: { signal, isDone: () => Promise.resolve(false), floor: () => floor },
    beforeClaim: async (hold) =>
      reconciling ? reconciling.beforeClaim?.(hold) : assertNothingForgotten(engine, head),
    check: reconciling ? endFault : tailFault,
    untidy: (whatItMeans, error) =>
      engine.events.publish('operation.untidy', {
        service,
        executionId,
        warning: `${whatItMeans}: ${errorText(error)}`,
      }),
  };
  const done = await withLock(engine, lockRequest, async (session) => {
    if (!renaming) assertOpen(service, renamingOf(session.snapshot));
    return { result: await work(session) };
  });
  if (!done) throw new LockTimeoutError(service, 0, undefined);
  return done.result;
}
