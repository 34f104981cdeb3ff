import type { RecoveryStrategy } from './recovery-strategy.js';
import type { AuditOperation, AuditState } from './audit-state.js';
import type { TxStrategy } from './tx-strategy.js';

/** What the engine says in an entry; the journal adds its place in the chain. */
export interface AuditRecord {
  readonly service: string;
  readonly executionId: string;
  readonly stage: string;
  readonly changeId: string;
  readonly order: string;
  readonly author: string;
  readonly state: AuditState;
  readonly operation: AuditOperation;
  readonly targetSystem: string;
  readonly txStrategy: TxStrategy;
  readonly recoveryStrategy: RecoveryStrategy;
  readonly transactional: boolean;
  readonly className: string;
  /** Method that ran, or `null` where none did. */
  readonly methodName: string | null;
  /** Whole milliseconds that the step took; 0 for `STARTED`. */
  readonly durationMs: number;
  readonly hostname: string;
  /** Bounded, with secrets masked; `null` where nothing failed. */
  readonly error: string | null;
  /** Texts by key; those that the engine writes are in `EntryMetadata`. */
  readonly metadata: Readonly<Record<string, string>>;
}

/** One row of history. Written once, never changed. */
export interface AuditEntry extends AuditRecord {
  /** Position in the service's history: 1, 2, 3 … without a gap. */
  readonly seq: number;
  /** Time on the audit store's clock: ISO 8601, UTC, milliseconds. */
  readonly createdAt: string;
  /** `hash` of the entry before, or `GENESIS_HASH` for the first. */
  readonly prevHash: string;
  /** SHA-256 in hexadecimal over every other field. */
  readonly hash: string;
}
