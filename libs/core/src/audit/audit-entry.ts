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
  /**
   * `by` and `reason` for entries that an operator caused; `effect: 'part'` for a failure of which the
   * target system proves that part of it took effect and stays; `fingerprint` of the code that was executed.
   */
  readonly metadata: Readonly<Record<string, string>>;
}

/** Metadata of a failure of which the target system proves that part of it took effect and stays. */
export const PARTLY = { effect: 'part' } as const;

/** True for entries that say {@link PARTLY}. */
export function isPartly({ metadata }: Partial<Pick<AuditRecord, 'metadata'>>): boolean {
  return metadata?.['effect'] === PARTLY.effect;
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

/** `prevHash` of a service's first entry. */
export const GENESIS_HASH = '0'.repeat(64);
