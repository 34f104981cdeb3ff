import type { AuditEntry, AuditRecord } from '../audit/audit-entry.js';
import { readMetadata, writeMetadata } from '../audit/entry-metadata.js';
import type { ChangeProgress } from '../change/change-progress.js';
import { maskSecrets } from '../errors/mask-secrets.js';
import type { TargetDiagnosis } from '../target-system/target-diagnosis.js';

/**
 * What is known of a failure beside its error text. Recorded with the entry that says so, with secrets masked and each
 * text cut; every fact that is not known is absent, and so may be one that had no room.
 */
export interface Diagnosis extends TargetDiagnosis {
  /** Name of the class of what was thrown. */
  readonly errorClass?: string;
  /** The step that was in flight. */
  readonly step?: string;
  /** How far the change said last that it had come. */
  readonly progress?: ChangeProgress;
  /** Version of the target system's server. */
  readonly serverVersion?: string;
  /** Version of the application that met it. */
  readonly applicationVersion?: string;
  /** Revision of that application's sources. */
  readonly revision?: string;
  /** Version of Node. */
  readonly nodeVersion?: string;
  /** Id of the process. */
  readonly pid?: number;
  /** Name of the pod. The host is a field of the entry. */
  readonly pod?: string;
}

/** Longest text that is recorded of a failure, in characters of ASCII. */
export const MAX_DIAGNOSIS = 4_096;
/** Longest statement and longest other fact, in UTF-16 code units. */
const MAX_STATEMENT = 1_500;
const MAX_FACT = 255;
/** Beyond this nothing is looked at: patterns take their time. */
const MAX_EXAMINED = 16_000;

/** Every fact, those first that are given up last where there is no room for all. */
const FACTS = [
  'errorClass',
  'code',
  'codeName',
  'sqlState',
  'constraint',
  'object',
  'labels',
  'step',
  'progress',
  'serverVersion',
  'applicationVersion',
  'revision',
  'nodeVersion',
  'pid',
  'pod',
  'statement',
] as const satisfies readonly (keyof Diagnosis)[];

/** A diagnosis as metadata of the entry that records the failure; nothing where nothing is known. */
export function diagnosisMetadata(diagnosis: Diagnosis): AuditRecord['metadata'] {
  const text = diagnosisText(diagnosis);
  return text === '{}' ? {} : writeMetadata({ diagnosis: text });
}

/** What an entry says of its failure; `undefined` where it says nothing, as those of earlier versions do. */
export function diagnosisOf(entry: Pick<AuditEntry, 'metadata'>): Diagnosis | undefined {
  const { diagnosis } = readMetadata(entry);
  if (diagnosis === undefined) return undefined;
  try {
    const read: unknown = JSON.parse(diagnosis);
    return isDiagnosis(read) ? read : undefined;
  } catch {
    return undefined;
  }
}

/** What is known of the last failure since a change was last started, from its entries, the oldest first. */
export function lastDiagnosis(history: readonly AuditEntry[]): Diagnosis | undefined {
  const start = history.findLastIndex(({ state }) => state === 'STARTED');
  return history
    .slice(Math.max(start, 0))
    .map(diagnosisOf)
    .findLast((one) => one !== undefined);
}

/** The same as metadata of another entry about the same failure. */
export function sameDiagnosis(entry: Pick<AuditEntry, 'metadata'>): AuditRecord['metadata'] {
  const { diagnosis } = readMetadata(entry);
  return diagnosis === undefined ? {} : writeMetadata({ diagnosis });
}

/** A later version may know more facts; what is no object at all is nobody's diagnosis. */
function isDiagnosis(value: unknown): value is Diagnosis {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** Every database can keep ASCII, whatever its encoding. */
function diagnosisText(diagnosis: Diagnosis): string {
  const facts = FACTS.flatMap((name) => {
    const fact = bounded(name, diagnosis[name]);
    return fact === undefined ? [] : [[name, fact] as const];
  });
  for (;;) {
    const text = asciiJson(Object.fromEntries(facts));
    if (text.length <= MAX_DIAGNOSIS) return text;
    const [name, fact] = facts.pop() ?? [];
    const half = name === 'statement' && typeof fact === 'string' ? halved(fact) : '';
    if (half !== '') facts.push(['statement', `${half}…`]);
  }
}

/** Ends in nothing, however often it is done. */
function halved(text: string): string {
  const whole = text.replace(/…$/, '');
  return whole.slice(0, Math.floor(whole.length / 2));
}

function bounded(name: keyof Diagnosis, fact: Diagnosis[keyof Diagnosis]): typeof fact {
  if (typeof fact === 'string') return cut(fact, name === 'statement' ? MAX_STATEMENT : MAX_FACT);
  if (typeof fact !== 'object') return fact;
  return fact.note === undefined ? fact : { ...fact, note: cut(fact.note, MAX_FACT) };
}

function cut(text: string, most: number): string {
  const masked = maskSecrets(text.slice(0, MAX_EXAMINED));
  return masked.length <= most ? masked : `${masked.slice(0, most - 1)}…`;
}

function asciiJson(value: object): string {
  return JSON.stringify(value).replace(
    /[^ -~]/g,
    (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
}
