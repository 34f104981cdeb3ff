import { partOf, within } from '../runtime/async-frames.js';
import { errorText } from '../errors/error-text.js';
import { maskSecrets } from '../errors/mask-secrets.js';
import { ChangeEndedError, UnawaitedFailureError } from './change-scope.errors.js';
import { tolerateRejections } from '../runtime/unhandled-errors.js';
import type { Lease } from './lease.js';
import { SelfWaitingError } from './lock.errors.js';
import type { LockRecord } from './lock-store.js';

const LONGEST_TEXT = 200;

/** Where a run keeps history: an audit store. */
export interface KeptHistory {
  /** Identity of its database. */
  readonly resource: object;
}

/** The change as part of which something happens. */
export class ChangeScope {
  /** True once its start is recorded or its method is called: it cannot be said to be untouched any more. */
  hasBegun = false;
  /** True while its `@Verify()` is asked inside its execution. */
  mayOnlyRead = false;
  private called: string | undefined;
  private isEnded = false;
  private isTold = false;
  /** The reason of the first rejected promise that the change did not await. */
  private stray: { readonly reason: unknown } | undefined;
  private isFailing = false;

  constructor(
    readonly changeId: string,
    /** Where its run keeps history. */
    readonly store: KeptHistory,
    /** The lock of its run. */
    readonly lease: Lease,
    /** Reports the first thing that came after its end. */
    private readonly tell: (what: string) => void,
  ) {}

  /** Its method that is called, or was last. */
  get methodName(): string | undefined {
    return this.called;
  }

  get isOver(): boolean {
    return this.isEnded;
  }

  /** A method of it is called. */
  begin(methodName: string): void {
    this.called = methodName;
    this.hasBegun = true;
    this.stray = undefined;
    this.isFailing = false;
  }

  /** The change has ended: the engine waits for nothing of it any more. */
  end(): void {
    this.isEnded = true;
    if (this.stray) this.late(strayText(this.stray.reason));
  }

  /** Notes a rejected promise that the change does not await: the change fails with it, or it is reported if the change has ended. */
  strayed(reason: unknown): void {
    if (this.isEnded) this.late(strayText(reason));
    else if (!this.isFailing) this.stray ??= { reason };
  }

  /** The change fails: its further failures need no report. */
  failing(): void {
    this.stray = undefined;
    this.isFailing = true;
  }

  /** @throws UnawaitedFailureError where a promise was rejected that the change did not await. */
  assertNoStray(): void {
    const { stray, changeId, called } = this;
    if (!stray) return;
    this.failing();
    throw new UnawaitedFailureError(changeId, called, stray.reason);
  }

  /** Reports, once, something that came after the end of the change. */
  late(what: string): void {
    if (this.isTold) return;
    this.isTold = true;
    this.tell(bounded(what) || 'a statement');
  }
}

/** What to put of a statement or an error into a message. */
export function bounded(text: string): string {
  const line = maskSecrets(text.replace(/\s+/g, ' ').trim());
  return line.length > LONGEST_TEXT ? `${line.slice(0, LONGEST_TEXT)} …` : line;
}

// Of the process, not of an application: a change may start another application.
const CHANGES = {};

/** The change that the code which calls this is part of, be it over. */
export function currentChange(): ChangeScope | undefined {
  return partOf(CHANGES) as ChangeScope | undefined;
}

/** Calls `work` as part of a change. A failure of code that `work` leaves behind is reported, and does not end the process. */
export async function insideChange<T>(scope: ChangeScope, work: () => Promise<T>): Promise<T> {
  const whenGone = tolerateRejections(isTold);
  try {
    return await within(CHANGES, scope, work, whenGone);
  } finally {
    scope.end();
  }
}

/** True for a refusal, and for any other failure of what is part of a change. */
function isTold(reason: unknown): boolean {
  const scope = currentChange();
  if (isRefusal(reason)) return true;
  scope?.strayed(reason);
  return scope !== undefined;
}

function strayText(reason: unknown): string {
  return `a promise that was not awaited, which failed: ${errorText(reason)}`;
}

function isRefusal(reason: unknown, depth = 0): boolean {
  if (reason instanceof ChangeEndedError) return true;
  return depth < 5 && reason instanceof Error && isRefusal(reason.cause, depth + 1);
}

/**
 * Called before something waits for a run on `store`.
 *
 * @throws SelfWaitingError inside a change of that run, or of one whose transaction keeps all others off that store.
 */
export function refuseInside(service: string, store: KeptHistory): void {
  const scope = currentChange();
  if (!scope || scope.isOver) return;
  const { lease } = scope;
  const isShutOut =
    lease.isSuspended && lease.hold.service === service && scope.store.resource === store.resource;
  if (scope.store === store || isShutOut) throw new SelfWaitingError(service, scope.changeId);
}

/**
 * Called before something waits for a lock that is held.
 *
 * @throws SelfWaitingError inside a change whose own run holds it. Who holds it is not known while a transaction
 * keeps all others off the store: inside the change of such a transaction it is taken for its own.
 */
export function refuseToWaitFor(service: string, holder: LockRecord | undefined): void {
  const scope = currentChange();
  if (!scope || scope.isOver || scope.lease.hold.service !== service) return;
  const { hold, isSuspended } = scope.lease;
  if (holder ? holder.owner === hold.owner : isSuspended) throw new SelfWaitingError(service, scope.changeId);
}
