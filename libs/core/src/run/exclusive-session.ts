import { AuditJournal } from '../audit/audit-journal.js';
import type { AuditHead } from '../audit/audit-head.js';
import { readSnapshot, tailFault, type AuditSnapshot } from '../audit/audit-snapshot.js';
import type { AuditStore } from '../audit/audit-store.js';
import { AuditTamperedError } from '../audit/audit.errors.js';
import type { Lease } from '../lock/lease.js';
import type { AcquiredLock } from '../lock/lock-queue.js';
import { FencedError } from '../lock/lock.errors.js';
import { LeaseBoundRetry } from '../lock/lease-bound-retry.js';
import type { Runtime } from '../runtime/runtime.js';

/** A service's history while this process alone may add to it. */
export interface ExclusiveSession {
  /** The head as it was claimed: it tells what the holders before have left. */
  readonly head: AuditHead;
  readonly journal: AuditJournal;
  readonly lease: Lease;
  readonly retry: LeaseBoundRetry;
  /** History as it was once all other holders were shut out. */
  readonly snapshot: AuditSnapshot;
}

/** Whose history, where it is, and for how long the lock lasts. */
export interface SessionOptions {
  readonly service: string;
  readonly executionId: string;
  readonly store: AuditStore;
  readonly runtime: Runtime;
  readonly leaseMs: number;
  /**
   * What is wrong with the history, if anything.
   *
   * @default tailFault
   */
  readonly check?: typeof tailFault | undefined;
}

/**
 * Claims the head with the lock's token, which shuts out every earlier holder, and only
 * then reads the history.
 *
 * @throws LockLostError when a later holder was faster; AuditTamperedError when the end
 * of the history was changed.
 */
export async function openSession(
  lock: AcquiredLock,
  { service, executionId, store, runtime, leaseMs, check = tailFault }: SessionOptions,
): Promise<ExclusiveSession> {
  const { lease } = lock;
  const head = await claimHead(store, lease);
  const snapshot = await readSnapshot(store, service);
  const fault = check(head, snapshot);
  if (fault !== undefined) {
    // The entries of a later holder do not follow the head that was claimed here: that is no tampering.
    await claimHead(store, lease);
    throw new AuditTamperedError(service, fault);
  }
  const retry = new LeaseBoundRetry(lease, runtime, leaseMs);
  const journal = new AuditJournal(service, executionId, store, lock, head, runtime, retry);
  return { head, journal, lease, retry, snapshot };
}

async function claimHead(store: AuditStore, lease: Lease) {
  try {
    return await store.claimHead(lease.hold);
  } catch (cause) {
    throw cause instanceof FencedError ? lease.lose('another instance took it over', cause) : cause;
  }
}
