import { writeMetadata } from '../audit/entry-metadata.js';
import type { tailFault } from '../audit/audit-snapshot.js';
import type { ChainEnd } from '../audit/chain.js';
import type { SignedHead } from '../evidence/anchor.js';
import { signAndKeep } from '../evidence/sign-head.js';
import type { RunResources } from '../executor/change-caller.js';
import { FailureDiagnosis } from '../executor/failure-diagnosis.js';
import type { Lease } from '../lock/lease.js';
import { LockQueue, type AcquiredLock, type Waiting } from '../lock/lock-queue.js';
import type { LockHold } from '../lock/lock-store.js';
import type { Activity } from '../reporting/activity.js';
import type { Engine } from './engine.js';
import { openSession, type ExclusiveSession } from './exclusive-session.js';
import { useTargets } from '../plan/pipeline.js';

/** How to get the lock, and what to do about it before history is read and after the work. */
export interface LockRequest {
  readonly executionId: string;
  readonly waiting: Waiting;
  /**
   * Milliseconds to wait for another holder.
   *
   * @default `lock.waitMs`
   */
  readonly waitMs?: number | undefined;
  /** Calls `acquire` and follows it, for those who want to know what takes long. */
  readonly watched?: <T>(acquire: () => Promise<T>) => Promise<T>;
  /** Called with the lock in hand, before the head is claimed. */
  readonly beforeClaim?: (hold: LockHold) => Promise<void>;
  /**
   * What is wrong with the history, if anything.
   *
   * @default tailFault
   */
  readonly check?: typeof tailFault | undefined;
  /** Told of a target system or lock that could not be closed or released in the end, which does no harm. */
  readonly untidy?: (whatItMeans: string, error: unknown) => void;
  /** Told of the head that was signed at the end, where anything was recorded and somebody signs. */
  readonly signed?: (head: SignedHead) => void;
}

/** What happened to a history while this process alone could add to it. */
interface Stay {
  readonly session: ExclusiveSession;
  /** Where the history ended before. */
  readonly begun: ChainEnd;
}

/**
 * The one way into the lock: does `work` while this process alone may add to the history.
 *
 * @returns what `work` does; `undefined` where nothing was left to do, as `waiting` says.
 * @throws LockTimeoutError with who holds the lock; LockLostError; AuditStoreUnavailableError; AuditTamperedError; the
 * signal's reason when it aborts before the lock is there.
 */
export async function withLock<T>(
  engine: Engine,
  lockRequest: LockRequest,
  work: (session: ExclusiveSession) => Promise<T>,
): Promise<T | undefined> {
  const lock = await acquire(engine, lockRequest);
  if (!lock) return undefined;
  const giveBack = useTargets(engine.pipeline);
  let stay: Stay | undefined;
  try {
    const session = await enter(engine, lockRequest, lock);
    stay = { session, begun: session.journal.head };
    return await work(session);
  } finally {
    await leave(giveBack, lockRequest, lock.lease);
    // Without the lock: nobody waits for a signer.
    if (stay) await signEnd(engine, lockRequest, stay);
  }
}

/** What a run or an operation lends to its executors. `signal` stops it. */
export function resourcesOf(
  { runtime, settings, targets }: Engine,
  session: ExclusiveSession,
  activity: Activity,
  signal: AbortSignal,
): RunResources {
  const { changeMs: changeTimeoutMs, graceMs } = settings.timeouts;
  const stop = AbortSignal.any([signal, session.lease.signal]);
  const { statements } = settings.diagnosis;
  const notes = settings.tests === undefined ? {} : writeMetadata({ tests: settings.tests });
  const diagnosis = new FailureDiagnosis({ targets, runtime, activity, signal: stop, statements });
  return { ...session, runtime, activity, diagnosis, signal: stop, changeTimeoutMs, graceMs, notes };
}

async function acquire(
  { pipeline, store, runtime, settings, progress }: Engine,
  { executionId, waiting, waitMs = settings.lock.waitMs, watched = (asking) => asking() }: LockRequest,
): Promise<AcquiredLock | undefined> {
  const { service } = pipeline;
  const queue = new LockQueue(store, runtime, { ...settings.lock, waitMs }, progress);
  await store.prepare();
  return watched(() => queue.acquire(service, executionId, waiting));
}

async function enter(
  { pipeline: { service }, store, runtime, settings }: Engine,
  { executionId, check, beforeClaim }: LockRequest,
  lock: AcquiredLock,
): Promise<ExclusiveSession> {
  const { leaseMs } = settings.lock;
  await beforeClaim?.(lock.lease.hold);
  return openSession(lock, { service, executionId, store, runtime, leaseMs, check });
}

/** What was recorded stays recorded, whether or not somebody can sign it. */
async function signEnd(
  { settings: { evidence }, runtime, events }: Engine,
  { untidy, signed }: LockRequest,
  { session: { journal }, begun }: Stay,
): Promise<void> {
  const { service, executionId, head } = journal;
  if (!evidence || head.seq === begun.seq) return;
  const createdAt = new Date(Math.round(journal.now())).toISOString();
  try {
    const kept = await signAndKeep(evidence, { service, ...head, createdAt, executionId }, runtime);
    signed?.(kept.head);
    events.publish('head.signed', { service, executionId, head: kept.head });
    for (const failure of kept.failures) untidy?.('the signed head was not kept everywhere', failure);
  } catch (error) {
    untidy?.('the head of the history is not signed', error);
  }
}

/** What was recorded stays recorded: a lock that cannot be released ends with its lease. */
async function leave(
  giveBack: ReturnType<typeof useTargets>,
  { untidy }: LockRequest,
  lease: Lease,
): Promise<void> {
  await giveBack(({ id }, error) => untidy?.(`target system "${id}" could not be closed`, error));
  try {
    await lease.release();
  } catch (error) {
    lease.lose('it could not be released', error);
    untidy?.('the lock could not be released; its lease ends it', error);
  }
}
