import type { AuditHead } from '../audit/audit-head.js';
import { endFault, tailFault } from '../audit/audit-snapshot.js';
import { storableText } from '../audit/error-text.js';
import { reachStore } from '../audit/reach.js';
import { renamingOf } from '../audit/renaming.js';
import { assertNothingForgotten } from '../executor/forgotten-claims.js';
import { LockQueue } from '../lock/lock-queue.js';
import type { LockHold } from '../lock/lock-store.js';
import { refuseInside } from '../lock/change-scope.js';
import { LockTimeoutError } from '../lock/lock.errors.js';
import type { Engine } from '../pipeline/engine.js';
import { closeTargets } from '../pipeline/pipeline.js';
import { openSession, type ExclusiveSession } from '../pipeline/exclusive-session.js';
import { assertOpen } from '../pipeline/plan-checks.js';

/** How to get the lock for an operation. */
export interface Admission {
  /** Milliseconds to wait for another holder. */
  readonly waitMs: number | undefined;
  readonly signal: AbortSignal;
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
  { waitMs = engine.settings.lock.waitMs, signal, renaming = false, reconciling }: Admission,
  work: (session: ExclusiveSession) => Promise<T>,
): Promise<T> {
  const { pipeline, store, runtime, settings, progress } = engine;
  const { service } = pipeline;
  refuseInside(service, store);
  const queue = new LockQueue(store.lock, runtime, { ...settings.lock, waitMs }, progress);
  const executionId = runtime.uuid();
  let head: AuditHead | undefined;
  const lock = await reachStore(service, async () => {
    // A store that finds the history elsewhere says so here, before it creates anything.
    head = await store.readHead(service);
    await store.prepare();
    const floor = Math.max(head?.token ?? 0, reconciling?.above ?? 0);
    return queue.acquire(service, executionId, {
      signal,
      isDone: () => Promise.resolve(false),
      floor: () => floor,
    });
  });
  if (!lock) throw new LockTimeoutError(service, 0, undefined);
  try {
    await reachStore(service, async () =>
      reconciling ? reconciling.beforeClaim?.(lock.lease.hold) : assertNothingForgotten(engine, head),
    );
    const { leaseMs } = settings.lock;
    const check = reconciling ? endFault : tailFault;
    const session = await reachStore(service, () =>
      openSession(service, executionId, store, lock, runtime, leaseMs, check),
    );
    if (!renaming) assertOpen(service, renamingOf(session.snapshot));
    return await work(session);
  } finally {
    await closeTargets(pipeline);
    // What was recorded stays recorded: a lock that cannot be released ends with its lease.
    await lock.lease.release().catch((error: unknown) => lock.lease.lose('it could not be released', error));
  }
}

/** Who and why, as the entries of an operator have it. */
export function operatorMetadata(texts: { by?: string | undefined; reason?: string | undefined }) {
  const { by, reason } = texts;
  return {
    ...(by !== undefined && { by: storableText(by) }),
    ...(reason !== undefined && { reason: storableText(reason) }),
  };
}
