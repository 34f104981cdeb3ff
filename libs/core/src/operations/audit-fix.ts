import type { AuditEntry } from '../audit/audit-entry.js';
import type { AuditState } from '../audit/audit-state.js';
import { storableText } from '../audit/error-text.js';
import { reachStore } from '../audit/reach.js';
import { LockQueue, type AcquiredLock } from '../lock/lock-queue.js';
import type { Engine } from '../pipeline/engine.js';
import { openSession } from '../pipeline/exclusive-session.js';
import { planExecution } from '../pipeline/execution-planner.js';
import type { Decision } from '../recovery/recovery-decision.js';
import { NoIssueError } from './operation.errors.js';

/** What an operator found out about a change that needed a person. */
export interface AuditFixRequest {
  readonly changeId: string;
  /**
   * `EXECUTED`: all of it is in the target system. `ROLLED_BACK`: nothing of it is.
   *
   * @default 'EXECUTED'
   */
  readonly resolution?: 'EXECUTED' | 'ROLLED_BACK';
  /** Why; recorded. */
  readonly reason?: string;
  /** Who; recorded. */
  readonly by?: string;
  /**
   * Milliseconds to wait for another holder of the lock.
   *
   * @default `lock.waitMs`
   */
  readonly waitMs?: number;
}

/** What a fix recorded, and what comes of it. */
export interface AuditFixResult {
  readonly changeId: string;
  /** The state recorded. */
  readonly state: AuditState;
  /** What the next run will do about the change, and why. */
  readonly next: Decision;
}

/**
 * Records an operator's finding about a change whose state needs a person. Waits for a
 * run that is going on, so it never races one.
 *
 * @throws NoIssueError when the change does not need a person.
 */
export async function auditFix(
  engine: Engine,
  request: AuditFixRequest,
  signal: AbortSignal,
): Promise<AuditFixResult> {
  const { pipeline, store, runtime, settings } = engine;
  const { service } = pipeline;
  return reachStore(service, async () => {
    await store.prepare();
    const queue = new LockQueue(store.lock, runtime, settings.lock);
    const lock = await queue.acquire(service, { signal, isDone: () => Promise.resolve(false) });
    if (!lock) throw new NoIssueError(request.changeId, 'the wait for the lock was ended');
    try {
      return await record(engine, request, lock);
    } finally {
      // What was recorded stays recorded: a lock that cannot be released ends with its lease.
      await lock.lease
        .release()
        .catch((error: unknown) => lock.lease.lose('it could not be released', error));
    }
  });
}

async function record(engine: Engine, request: AuditFixRequest, lock: AcquiredLock): Promise<AuditFixResult> {
  const { pipeline, store, runtime, settings } = engine;
  const { changeId, resolution = 'EXECUTED', reason, by } = request;
  const session = await openSession(
    pipeline.service,
    runtime.uuid(),
    store,
    lock,
    runtime,
    settings.lock.leaseMs,
  );
  const entry = issueOf(engine, changeId, session.snapshot);
  const state = `MANUAL_MARKED_AS_${resolution}` as const;
  const metadata = {
    ...(by !== undefined && { by: storableText(by) }),
    ...(reason !== undefined && { reason: storableText(reason) }),
  };
  await session.journal.append(entry, { state, operation: 'FIX', at: session.journal.now(), metadata });
  return { changeId, state, next: { action: 'SKIP', reason: 'not yet' } };
}

function issueOf(
  { pipeline }: Engine,
  changeId: string,
  snapshot: ReadonlyMap<string, AuditEntry>,
): AuditEntry {
  const changes = planExecution(pipeline, snapshot).stages.flatMap((stage) => stage.changes);
  const planned = changes.find(({ change }) => change.id === changeId);
  if (!planned) throw new NoIssueError(changeId, 'no change with this id is in the code');
  if (planned.action !== 'MANUAL_INTERVENTION' || !planned.entry) {
    throw new NoIssueError(changeId, `the next run's action is ${planned.action}: ${planned.reason}`);
  }
  return planned.entry;
}
