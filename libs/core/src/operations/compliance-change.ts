import type { ActorKind } from '../audit/actor.js';
import type { AuditEntry } from '../audit/audit-entry.js';
import type { AuditOperation, AuditState } from '../audit/audit-state.js';
import { importFactsOf } from '../audit/legacy.js';
import { readMetadata } from '../audit/entry-metadata.js';
import { isRename } from '../audit/renaming.js';
import type { ChangeDescriptor } from '../change/change-descriptor.js';
import { isSameName } from '../decisions/issue-work.js';

/** What an auditor looks at first. */
export type ComplianceException =
  | 'failed'
  | 'unfinished'
  | 'self-approved'
  | 'emergency'
  | 'manual-fix'
  | 'undone'
  | 'forgotten'
  | 'imported'
  | 'baseline'
  | 'renamed';

/** How a change can be taken back. `unknown`: the code no longer has it. */
export type RollbackPlan = 'rollback-method' | 'transaction' | 'none' | 'unknown';

/** Who has approved a change before it ran. */
export interface ComplianceApproval {
  readonly by: string;
  /** ISO 8601, UTC. */
  readonly at: string;
  /** Milliseconds from the approval to the execution; negative where it came later. */
  readonly beforeMs: number;
}

/** One thing that was done about a change: executed, undone, fixed by hand, imported. */
export interface ComplianceChange {
  readonly kind: 'change';
  /** Its entries in the history. */
  readonly firstSeq: number;
  readonly lastSeq: number;
  readonly changeId: string;
  readonly stage: string;
  readonly order: string;
  readonly targetSystem: string;
  readonly author: string;
  readonly operation: AuditOperation;
  /** The last state that was recorded; `STARTED` where its end never was. */
  readonly outcome: AuditState;
  /** On the audit store's clock: ISO 8601, UTC. */
  readonly startedAt: string;
  readonly endedAt: string;
  readonly durationMs: number;
  readonly executionId: string;
  readonly host: string;
  /** Who had it done; absent where an application has applied it by itself as it started. */
  readonly actor?: { readonly name: string; readonly kind?: ActorKind; readonly via?: string };
  readonly reason?: string;
  /** Ids of tickets in the reason, such as `SHOP-123`. */
  readonly tickets: readonly string[];
  /** Digest of the code that was executed. */
  readonly fingerprint?: string;
  /** Address of the test run of that code, as settings have said. */
  readonly tests?: string;
  readonly approvals: readonly ComplianceApproval[];
  /** Why it ran without approval. */
  readonly emergency?: string;
  readonly rollbackPlan: RollbackPlan;
  readonly error?: string;
  readonly exceptions: readonly ComplianceException[];
}

/** What the ledger of decisions says about the execution of a change. */
export interface ApprovalOf {
  readonly by: string;
  /** ISO 8601, UTC. */
  readonly at: string;
}

/** The entries of one thing that was done about a change, the first one first. */
export type EntryGroup = readonly [AuditEntry, ...AuditEntry[]];

/** Collects the entries that belong together, which stand together: one holder of the lock writes at a time. */
export class EntryGroups {
  private open: [AuditEntry, ...AuditEntry[]] | undefined;

  /** The entries that are complete now that this one has come, if any. */
  take(entry: AuditEntry): EntryGroup | undefined {
    const [first] = this.open ?? [];
    const belongs =
      first?.changeId === entry.changeId &&
      first.executionId === entry.executionId &&
      first.operation === entry.operation &&
      entry.state !== 'STARTED';
    if (belongs) {
      this.open?.push(entry);
      return undefined;
    }
    const complete = this.open;
    this.open = [entry];
    return complete;
  }

  /** The last entries. */
  end(): EntryGroup | undefined {
    return this.open;
  }
}

/** What these entries say of a change. */
export function complianceChange(
  entries: EntryGroup,
  change: ChangeDescriptor | undefined,
  approved: readonly ApprovalOf[],
): ComplianceChange {
  const [first] = entries;
  const last = lastOf(entries);
  const reason = textOf(entries, 'reason');
  const fingerprint = textOf(entries, 'fingerprint');
  const tests = textOf(entries, 'tests');
  const emergency = textOf(entries, 'emergency');
  const actor = actorOf(entries);
  const error = entries.find((entry) => entry.error !== null)?.error;
  return {
    kind: 'change',
    firstSeq: first.seq,
    lastSeq: last.seq,
    changeId: first.changeId,
    stage: first.stage,
    order: first.order,
    targetSystem: first.targetSystem,
    author: first.author,
    operation: first.operation,
    outcome: last.state,
    startedAt: first.createdAt,
    endedAt: last.createdAt,
    durationMs: entries.reduce((sum, { durationMs }) => sum + durationMs, 0),
    executionId: first.executionId,
    host: first.hostname,
    ...(actor && { actor }),
    ...(reason !== undefined && { reason }),
    tickets: ticketsIn(reason ?? ''),
    ...(fingerprint !== undefined && { fingerprint }),
    ...(tests !== undefined && { tests }),
    approvals: approved.map(({ by, at }) => ({
      by,
      at,
      beforeMs: Date.parse(first.createdAt) - Date.parse(at),
    })),
    ...(emergency !== undefined && { emergency }),
    rollbackPlan: rollbackPlanOf(first, change),
    ...(error != null && { error }),
    exceptions: exceptionsOf(entries, approved),
  };
}

function exceptionsOf(entries: EntryGroup, approved: readonly ApprovalOf[]): ComplianceException[] {
  const [first] = entries;
  const last = lastOf(entries);
  const { operation, author } = first;
  const found: readonly (readonly [ComplianceException, boolean])[] = [
    ['failed', entries.some(({ state }) => state === 'EXECUTION_FAILED' || state === 'ROLLBACK_FAILED')],
    ['unfinished', last.state === 'STARTED'],
    ['self-approved', approved.some(({ by }) => isSameName(by, author))],
    ['emergency', textOf(entries, 'emergency') !== undefined],
    ['manual-fix', operation === 'FIX'],
    ['undone', operation === 'UNDO'],
    ['forgotten', operation === 'FORGET'],
    ...importExceptions(first),
  ];
  return found.filter(([, applies]) => applies).map(([exception]) => exception);
}

function importExceptions(entry: AuditEntry): (readonly [ComplianceException, boolean])[] {
  if (entry.operation !== 'IMPORT') return [];
  const { tool } = importFactsOf(entry);
  return [
    ['renamed', tool === undefined || isRename(entry)],
    ['baseline', tool === 'baseline'],
    ['imported', tool !== undefined && tool !== 'baseline'],
  ];
}

function rollbackPlanOf({ transactional }: AuditEntry, change: ChangeDescriptor | undefined): RollbackPlan {
  if (change?.rollback) return 'rollback-method';
  if (transactional) return 'transaction';
  return change ? 'none' : 'unknown';
}

function actorOf(entries: readonly AuditEntry[]): ComplianceChange['actor'] {
  const name = textOf(entries, 'by');
  if (name === undefined) return undefined;
  const [kind, via] = [textOf(entries, 'actorKind'), textOf(entries, 'via')];
  return { name, ...(kind !== undefined && { kind: kind as ActorKind }), ...(via !== undefined && { via }) };
}

function lastOf(entries: EntryGroup): AuditEntry {
  return entries.at(-1) ?? entries[0];
}

function textOf(entries: readonly AuditEntry[], key: string): string | undefined {
  for (const entry of entries) {
    const text = (readMetadata(entry) as AuditEntry['metadata'])[key];
    if (text !== undefined) return text;
  }
  return undefined;
}

/** As trackers write them: `SHOP-123`. Names of standards look alike, and are none. */
const TICKET = /\b(?!(?:AES|CVE|ISO|RFC|SHA|UTF)-)[A-Z][A-Z0-9]{1,9}-\d{1,9}\b/g;

function ticketsIn(reason: string): string[] {
  return [...new Set(reason.match(TICKET) ?? [])];
}
