import { FlamingockError } from '../flamingock.error.js';
import { releaseCommand } from '../recovery/commands.js';
import type { LockRecord } from './lock-store.js';

/** A write was refused because a later holder of the lock has claimed what it wanted to write. */
export class FencedError extends FlamingockError {
  constructor(
    readonly service: string,
    readonly token: number,
    where: string,
  ) {
    super(
      `Token ${token} of service "${service}" may no longer write to ${where}: a later holder has taken over.`,
    );
  }
}

/** The lock was lost during a run. Nothing was recorded or compensated after that moment. */
export class LockLostError extends FlamingockError {
  constructor(
    readonly service: string,
    readonly token: number,
    why: string,
    options?: ErrorOptions,
  ) {
    super(
      `Lost the lock of service "${service}" (token ${token}): ${why}. This instance stopped without ` +
        'recording or rolling back anything more; whoever holds the lock next decides what the ' +
        'interrupted change needs. Start this instance again.',
      options,
    );
  }
}

/** Another instance kept the lock for longer than this one was willing to wait. */
export class LockTimeoutError extends FlamingockError {
  constructor(
    readonly service: string,
    readonly waitedMs: number,
    readonly holder: LockRecord | undefined,
  ) {
    super(
      `Waited ${waitedMs} ms for the lock of service "${service}", held by ${describeHolder(holder)}. ` +
        'Nothing was run here. If that instance is still working, start again later or raise ' +
        `lock.waitMs (FLAMINGOCK_LOCK_WAIT_MS); if it is gone, ${describeLeaseEnd(holder)}.`,
    );
  }
}

/** The holder in words, for logs and messages. */
export function describeHolder(holder: LockRecord | undefined): string {
  if (!holder) return 'another instance';
  return `${holder.host} (pid ${holder.pid}, token ${holder.token})`;
}

/** How the hold of a holder that is gone comes to its end, for logs and messages. */
export function describeLeaseEnd(holder: LockRecord | undefined): string {
  if (!holder) return 'its lease ends by itself; `npx flamingock lock status` shows when';
  const end = new Date(holder.expiresAt).toISOString();
  return `its lease ends by itself at ${end} by the audit store's clock, or at once with \`${releaseCommand(holder.token)}\``;
}
