import { AsyncLocalStorage } from 'node:async_hooks';
import type { AuditStore } from '../audit/audit-store.js';
import type { Lease } from './lease.js';
import { SelfWaitingError } from './lock.errors.js';
import type { LockRecord } from './lock-store.js';

/** The change as part of which something happens. */
export interface ChangeScope {
  readonly changeId: string;
  /** Where its run keeps history. */
  readonly store: AuditStore;
  /** The lock of its run. */
  readonly lease: Lease;
}

// Of the process, not of an application: a change may start an application of its own.
const scopes = new AsyncLocalStorage<ChangeScope>();
let users = 0;

/**
 * Calls `work` as part of a change. Before Node 24 a storage that was ever used slows every
 * promise of the process down until it is disabled, so it is, with its last user.
 */
export async function insideChange<T>(scope: ChangeScope, work: () => Promise<T>): Promise<T> {
  users += 1;
  try {
    return await scopes.run(scope, work);
  } finally {
    users -= 1;
    if (users === 0) scopes.disable();
  }
}

/**
 * Called before something waits for a run on `store`.
 *
 * @throws SelfWaitingError inside a change of that run, or of one whose transaction keeps everybody off that store.
 */
export function refuseInside(service: string, store: AuditStore): void {
  const scope = scopes.getStore();
  if (!scope) return;
  const { lease } = scope;
  const isShutOut =
    lease.isSuspended && lease.hold.service === service && scope.store.resource === store.resource;
  if (scope.store === store || isShutOut) throw new SelfWaitingError(service, scope.changeId);
}

/**
 * Called before something waits for a lock that is held.
 *
 * @throws SelfWaitingError inside a change whose own run holds it. Who holds it is not known while a transaction
 * keeps everybody off the store: inside the change of such a transaction it is taken for its own.
 */
export function refuseToWaitFor(service: string, holder: LockRecord | undefined): void {
  const scope = scopes.getStore();
  if (scope?.lease.hold.service !== service) return;
  const { hold, isSuspended } = scope.lease;
  if (holder ? holder.owner === hold.owner : isSuspended) throw new SelfWaitingError(service, scope.changeId);
}
