import type { AuditRecord } from './audit-entry.js';
import type { AuditOperation } from './audit-state.js';

/** Every key that the engine writes into the metadata of entries. All values are texts, numbers in decimal digits. */
export interface EntryMetadata {
  /** The operator who caused the entry, in any characters. */
  readonly by?: string;
  /** Why, in the operator's words. */
  readonly reason?: string;
  /**
   * `part`, of a failure: the target system proves that part of the change took effect and stays. `stays`, of a
   * change that was forgotten: what it did was not taken back.
   */
  readonly effect?: 'part' | 'stays';
  /** Of an execution that was tried before in the same run: the number of this attempt, from 2. */
  readonly attempt?: string;
  /** Of an execution that starts try again: how many runs in a row have executed the change without success, this one included. */
  readonly tries?: string;
  /** Of an execution that starts try again: milliseconds after the entry in which no start does. */
  readonly backOffMs?: string;
  /** Of an execution: the decisions by which it was approved, each as `seq:hash`, with blanks between them. */
  readonly approvals?: string;
  /** Of the begin of a method: the address of the test run of this code, see `EvidenceSettings.tests`. */
  readonly tests?: string;
  /** Of an execution that was not approved: why it ran all the same. */
  readonly emergency?: string;
  /** Of a failure: what is known of it, as JSON in ASCII of at most 4 KiB, see `Diagnosis`. */
  readonly diagnosis?: string;
  /** Of a reconciliation: what the change's `@Verify()` has said, or the `verify` of the step `inFlight`, see `Verdict`. */
  readonly verdict?: string;
  /** Of an execution made of steps: the `hash` of its first entry, see `RecordedSteps`; empty before its first step. */
  readonly steps?: string;
  /** Of such an execution that was not ended: the step that may be there in part; empty where it is not known which. */
  readonly inFlight?: string;
  /** Of an execution that repeats earlier ones: the `hash` of the STARTED entry of the first, see `ChangeRun.origin`. */
  readonly origin?: string;
  /** The code that was executed, see `ChangeSource`. */
  readonly fingerprint?: string;
  /** Lock token of the claim under which the target system was written. */
  readonly token?: string;
  /** Of a finding: `seq` of a garbled entry that the operator accepts. */
  readonly accepts?: string;
  /** Of a finding: what stands at `accepts`, and after what. */
  readonly evidence?: string;
  /** Of an import: service of the entry that it stands for. */
  readonly service?: string;
  /** Of an import: `seq` of that entry; of the end of a renaming: where the history of the former name ends. */
  readonly seq?: string;
  /** Of an import: `hash` of that entry; of the end of a renaming: that of the history of the former name. */
  readonly hash?: string;
  /** Of an import: what was being done when that entry was recorded. */
  readonly operation?: AuditOperation;
  /** Of an import or a baseline: the tool whose history said so; `baseline` where none did. */
  readonly tool?: string;
  /** Of an import: what that tool calls the migration. */
  readonly name?: string;
  /** Of an import: when it was applied, in that tool's own words. */
  readonly appliedAt?: string;
  /** Of an import: what that tool has kept as its checksum. */
  readonly checksum?: string;
  /** Of a renaming: the name under which the history goes on. */
  readonly to?: string;
  /** Of a renaming: the name under which the history was kept. */
  readonly from?: string;
  /** Of a renaming: ids of the target systems that were claimed under the new name, as a JSON array. */
  readonly claimed?: string;
}

/** Keys whose texts an operator has written. */
export const OPERATOR_KEYS: readonly string[] = ['by', 'reason'] satisfies (keyof EntryMetadata)[];

/** Metadata of a failure of which the target system proves that part of it took effect and stays. */
export const PARTIAL_EFFECT = { effect: 'part' } as const satisfies EntryMetadata;

/** Metadata of the entry that forgets a change. */
export const EFFECT_STAYS = { effect: 'stays' } as const satisfies EntryMetadata;

/** What the engine has written into the metadata of an entry; a later version, or an import, may have other keys besides. */
export function readMetadata({ metadata }: Pick<AuditRecord, 'metadata'>): EntryMetadata {
  return metadata;
}

/** Metadata of these keys, for an entry. */
export function writeMetadata(metadata: EntryMetadata): AuditRecord['metadata'] {
  return metadata as AuditRecord['metadata'];
}

/** True for entries that carry {@link PARTIAL_EFFECT}. */
export function hasPartialEffect({ metadata = {} }: Partial<Pick<AuditRecord, 'metadata'>>): boolean {
  return readMetadata({ metadata }).effect === PARTIAL_EFFECT.effect;
}
