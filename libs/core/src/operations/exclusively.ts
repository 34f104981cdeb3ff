import { storableText } from '../audit/error-text.js';
import { reachStore } from '../audit/reach.js';
import { LockQueue } from '../lock/lock-queue.js';
import { LockTimeoutError } from '../lock/lock.errors.js';
import type { Engine } from '../pipeline/engine.js';
import { openSession, type ExclusiveSession } from '../pipeline/exclusive-session.js';

/** How to get the lock for an operation. */
export interface Admission {
  /** Milliseconds to wait for another holder. */
  readonly waitMs: number | undefined;
  readonly signal: AbortSignal;
}

/**
 * Does `work` while this process alone may add to the history.
 *
 * @throws LockTimeoutError with who holds the lock; AuditStoreUnavailableError; the
 * signal's reason when it aborts before the lock is there.
 */
export async function exclusively<T>(
  { pipeline, store, runtime, settings }: Engine,
  { waitMs = settings.lock.waitMs, signal }: Admission,
  work: (session: ExclusiveSession) => Promise<T>,
): Promise<T> {
  const { service } = pipeline;
  const queue = new LockQueue(store.lock, runtime, { ...settings.lock, waitMs });
  const lock = await reachStore(service, async () => {
    await store.prepare();
    const head = await store.readHead(service);
    const floor = head?.token ?? 0;
    return queue.acquire(service, { signal, isDone: () => Promise.resolve(false), floor: () => floor });
  });
  if (!lock) throw new LockTimeoutError(service, 0, undefined);
  try {
    const { leaseMs } = settings.lock;
    const session = await reachStore(service, () =>
      openSession(service, runtime.uuid(), store, lock, runtime, leaseMs),
    );
    return await work(session);
  } finally {
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
