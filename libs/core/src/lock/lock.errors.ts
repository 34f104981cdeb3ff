import { FlamingockError } from '../errors/flamingock.error.js';
import { cliCommand, releaseCommand } from '../errors/commands.js';
import type { LockRecord } from './lock-store.js';

/** A write was refused because a later holder of the lock has claimed what was to be written. */
export class FencedError extends FlamingockError {
  readonly code: string = 'FLAMINGOCK_FENCED';

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
  readonly code: string = 'FLAMINGOCK_LOCK_LOST';

  constructor(
    readonly service: string,
    readonly token: number,
    why: string,
    options?: ErrorOptions,
  ) {
    super(
      `Lost the lock of service "${service}" (token ${token}): ${why}. This instance stopped without ` +
        'recording or rolling back anything more; the next holder of the lock decides what the ' +
        'interrupted change needs. Start this instance again.',
      options,
    );
  }
}

/**
 * Whether this instance still holds the lock is not known just now, so that a call was not
 * made. A call that can wait waits for the answer instead.
 */
export class LockUnconfirmedError extends FlamingockError {
  readonly code: string = 'FLAMINGOCK_LOCK_UNCONFIRMED';

  constructor(
    readonly service: string,
    readonly token: number,
    why: string,
    /** Resolves once it is known. */
    readonly known: Promise<void>,
  ) {
    super(
      `The call was not made, because it is not known whether this instance still holds the lock of service ` +
        `"${service}" (token ${token}): ${why}. Start this instance again.`,
    );
    this.hide('known');
  }
}

/** Something inside a change waits for the very run that the change is part of, which waits for the change. */
export class SelfWaitingError extends FlamingockError {
  readonly code: string = 'FLAMINGOCK_SELF_WAITING';

  constructor(
    readonly service: string,
    readonly changeId: string,
  ) {
    super(
      `This call inside change "${changeId}" would wait for ever: it needs the lock of service "${service}", which is ` +
        'held by the run that the change is part of, until the change ends. Make the call once the changes are ' +
        'applied. An application that a change starts must not apply changes itself: give it enabled: false ' +
        '(FLAMINGOCK_ENABLED).',
    );
  }
}

/** Another instance kept the lock for longer than this one was willing to wait. */
export class LockTimeoutError extends FlamingockError {
  readonly code: string = 'FLAMINGOCK_LOCK_TIMEOUT';

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

/** Why a lease ended although no other instance took the lock, and how an operator prevents that. */
export function leaseRanOut(leaseMs: number, stoodStillMs: number): string {
  if (stoodStillMs === 0) return `it could not be renewed within its lease of ${leaseMs} ms (lock.leaseMs)`;
  return (
    `the event loop of this process stood still for at least ${stoodStillMs} ms, so that its lease of ${leaseMs} ms ran out; ` +
    'let it run during long synchronous work, with await setImmediate() of node:timers/promises, or raise ' +
    'lock.leaseMs (FLAMINGOCK_LOCK_LEASE_MS) above that'
  );
}

/** The holder in words, for logs and messages. */
export function describeHolder(holder: LockRecord | undefined): string {
  if (!holder) return 'another instance';
  return `${holder.host} (pid ${holder.pid}, token ${holder.token})`;
}

/** How the hold of a holder that is gone comes to its end, for logs and messages. */
export function describeLeaseEnd(holder: LockRecord | undefined): string {
  if (!holder) return `its lease ends by itself; \`${cliCommand('lock status')}\` shows when`;
  const end = new Date(holder.expiresAt).toISOString();
  return `its lease ends by itself at ${end} by the audit store's clock, or at once with \`${releaseCommand(holder.token)}\``;
}
