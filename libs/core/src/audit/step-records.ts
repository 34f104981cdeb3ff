import type { RecordKey, RecordStore } from '../records/record-store.js';
import type { AuditEntry } from './audit-entry.js';
import { readMetadata } from './entry-metadata.js';

/** A step as it is recorded. */
export interface RecordedStep {
  readonly name: string;
  /** What it has returned: JSON; absent where that is nothing. */
  readonly result?: unknown;
  /** `undoing`: its undo has begun. `undone`: nothing of it is there. Absent: it is completed. */
  readonly state?: 'undoing' | 'undone';
  /** How often its undo has begun; absent: never. */
  readonly undone?: number;
}

/** What is recorded of the steps of one execution, which several runs may have worked on. */
export interface RecordedSteps {
  /** `hash` of the STARTED entry with which the execution began. */
  readonly execution: string;
  /** In the order in which they were completed. */
  readonly steps: readonly RecordedStep[];
  /** True where no step has begun, so that nothing is recorded. */
  readonly areUnbegun?: true;
  /** True once the rollback method was about to be called: what is left of the steps is not known any more. */
  readonly isRolledBack?: true;
}

/** Steps with the version of their record. */
export interface StoredSteps extends RecordedSteps {
  readonly version: number;
}

/** The record of a change's steps. One that another execution has left means nothing. */
export function stepsKey(service: string, changeId: string): RecordKey {
  return { service, kind: 'steps', key: changeId };
}

/** Steps as text in ASCII, which every store keeps. */
export function stepsText(steps: RecordedSteps): string {
  return JSON.stringify(steps).replace(
    /[\u007f-\uffff]/g,
    (sign) => `\\u${sign.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
}

/** The steps of a change as they are recorded now; `undefined` for none, or what this version cannot read. */
export async function readSteps(
  records: RecordStore,
  service: string,
  changeId: string,
): Promise<StoredSteps | undefined> {
  const record = await records.read(stepsKey(service, changeId));
  const steps = record && parse(record.value);
  return steps && { ...steps, version: record.version };
}

/** The execution that an entry is about, as {@link RecordedSteps} name it. */
export function executionBehind(entry: Pick<AuditEntry, 'metadata' | 'hash'>): string {
  const { steps = '' } = readMetadata(entry);
  return steps === '' ? entry.hash : steps;
}

/** True for entries beside which steps may be recorded: those of an execution that was not ended. */
export function mayHaveSteps({ txStrategy, operation, state }: AuditEntry): boolean {
  if (txStrategy !== 'NON_TX' || operation === 'UNDO') return false;
  return state === 'STARTED' || state === 'EXECUTION_FAILED' || state === 'ROLLBACK_FAILED';
}

function parse(text: string): RecordedSteps | undefined {
  try {
    const value = JSON.parse(text) as Partial<RecordedSteps> | null;
    const isRead = typeof value?.execution === 'string' && Array.isArray(value.steps);
    return isRead ? (value as RecordedSteps) : undefined;
  } catch {
    return undefined;
  }
}
