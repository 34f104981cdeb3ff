import type { AuditEntry } from '../audit/audit-entry.js';
import { createSnapshot, type AuditSnapshot } from '../audit/audit-snapshot.js';
import type { AuditState } from '../audit/audit-state.js';
import { reachStore } from '../audit/reach.js';
import type { Engine } from '../pipeline/engine.js';
import type { ExclusiveSession } from '../pipeline/exclusive-session.js';
import type { Decision } from '../recovery/recovery-decision.js';
import { exclusively, operatorMetadata } from './exclusively.js';
import { findIssues, nextFor, noIssue } from './issues.js';
import { assertKnown } from './known-changes.js';

/** What an operator found out about a change that needed a manual check. */
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
 * Records an operator's finding about a change whose state needs a manual check, also of one
 * that the code no longer has. Waits for a run that is going on, so it never races one.
 *
 * @throws UnknownChangeError for an id that neither code nor history knows; NoIssueError
 * when the change does not need a manual check; LockTimeoutError with who holds the lock.
 */
export async function auditFix(
  engine: Engine,
  request: AuditFixRequest,
  signal: AbortSignal,
): Promise<AuditFixResult> {
  const admission = { waitMs: request.waitMs, signal };
  return exclusively(engine, admission, (session) =>
    reachStore(engine.pipeline.service, () => record(engine, request, session)),
  );
}

async function record(
  engine: Engine,
  request: AuditFixRequest,
  { journal, snapshot }: ExclusiveSession,
): Promise<AuditFixResult> {
  const { changeId, resolution = 'EXECUTED' } = request;
  const entry = issueOf(engine, changeId, snapshot);
  const state = `MANUAL_MARKED_AS_${resolution}` as const;
  const metadata = operatorMetadata(request);
  await journal.append(entry, { state, operation: 'FIX', at: journal.now(), metadata });
  const fixed: AuditEntry = { ...entry, state, operation: 'FIX' };
  return { changeId, state, next: nextFor(engine, changeId, createSnapshot([fixed])) };
}

function issueOf(engine: Engine, changeId: string, snapshot: AuditSnapshot): AuditEntry {
  assertKnown(changeId, engine.pipeline, snapshot);
  const issue = findIssues(engine, { snapshot }).find(({ entry }) => entry.changeId === changeId);
  if (issue) return issue.entry;
  throw noIssue(engine, changeId, { snapshot });
}
