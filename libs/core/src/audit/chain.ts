import { hash } from 'node:crypto';

/** What a field of a record holds. `texts`: texts by name, in an order that means nothing. */
export type FieldKind = 'text' | 'integer' | 'flag' | 'texts';

/** A field of the records of a chain. */
export interface ChainField<R = unknown> {
  readonly name: string & keyof R;
  readonly kind: FieldKind;
  /** Version of the records that came with this field, from 1. */
  readonly since: number;
  /** `null` where a record has nothing to say there; so is a field that is younger than its record. */
  readonly optional?: true;
}

/** A record of a chain. */
export interface ChainRecord {
  /** Position in the chain: 1, 2, 3 … without a gap. */
  readonly seq: number;
  /** `hash` of the record before. */
  readonly prevHash: string;
  /** SHA-256 in hexadecimal over every other field. */
  readonly hash: string;
}

/** Where a chain ends: what its next record must follow. */
export interface ChainEnd {
  readonly seq: number;
  readonly hash: string;
}

/** `prevHash` of a chain's first record. */
export const GENESIS_HASH = '0'.repeat(64);

/** The end of an empty chain. */
export const CHAIN_START: ChainEnd = { seq: 0, hash: GENESIS_HASH };

/** Why a record does not follow the one before. */
export interface LinkFault<R> {
  readonly seq: number;
  /** Absent where there is no such record. */
  readonly record?: R;
  /** What is wrong, in words that follow "entry 3". */
  readonly fault: string;
}

/** Append-only records, each tied to the one before by a hash over the fields of one table. */
export class Chain<R extends ChainRecord> {
  private readonly hashed: readonly ChainField<R>[];
  /** Those that came after the first version: with none of them, no record need be asked for its version. */
  private readonly younger: readonly ChainField<R>[];

  /**
   * @param fields Every field, in the order in which a hash is over them. Only fields of a new version are ever added.
   * @param noun What a record is called in faults.
   */
  constructor(
    fields: readonly ChainField<R>[],
    private readonly noun: string,
  ) {
    this.hashed = fields.filter(({ name }) => name !== 'hash');
    this.younger = this.hashed.filter(({ since }) => since > 1);
  }

  /** Version of a record: that of the youngest field which it fills, so that a field more leaves older hashes as they are. */
  versionOf(record: Omit<R, 'hash'>): number {
    let version = 1;
    for (const { name, since } of this.younger)
      if (isFilled(record[name as keyof typeof record])) version = Math.max(version, since);
    return version;
  }

  /**
   * SHA-256, in hexadecimal, over the canonical form of a record: a JSON array of its version and of
   * the fields which that version has, with texts by name as pairs sorted by name. A value of a type that no
   * record has, as an operator may have put it into a store, never has the hash of one that a record has.
   */
  hashOf(record: Omit<R, 'hash'>): string {
    const version = this.versionOf(record);
    const form: unknown[] = [version];
    for (const { name, kind, since } of this.hashed) {
      const value: unknown = record[name as keyof typeof record];
      if (since > version) continue;
      // A store may not have had the field yet, and says that in one of two ways.
      const isAbsent = since > 1 && value === undefined;
      form.push(kind === 'texts' ? pairsOf(value) : asIs(isAbsent ? null : value));
    }
    return hash('sha256', JSON.stringify(form));
  }

  /** True while a record is as it was written. */
  isIntact(record: R): boolean {
    return this.hashOf(record) === record.hash;
  }

  /** What is wrong with `record` as the one right after `last`, if anything. */
  linkFault(last: ChainEnd, record: R): LinkFault<R> | undefined {
    const { noun } = this;
    const { seq } = record;
    const next = last.seq + 1;
    if (!isSequenceNumber(seq)) {
      return { seq: next, record, fault: `has an invalid sequence number (${String(seq)}): it was inserted` };
    }
    if (seq > next) return { seq: next, fault: missing(next, seq - 1, noun) };
    if (seq < next) return { seq, record, fault: `is there twice, or after ${noun} ${last.seq}` };
    if (!this.isIntact(record)) return { seq, record, fault: 'content does not match its hash' };
    if (record.prevHash === last.hash) return undefined;
    const before = last.seq === 0 ? 'begin the history' : `follow ${noun} ${last.seq}`;
    return { seq, record, fault: `does not ${before}: it was written after another one` };
  }
}

/** True for what can be the `seq` of a record. */
export function isSequenceNumber(seq: unknown): boolean {
  return Number.isSafeInteger(seq) && Number(seq) > 0;
}

/** Says that records are missing, in words that follow the first of them: "entry 3". */
export function missing(from: number, to: number, noun: string): string {
  return from === to ? 'is missing' : `and all up to ${noun} ${to} are missing`;
}

function isFilled(value: unknown): boolean {
  return value !== undefined && value !== null;
}

function pairsOf(value: unknown): unknown {
  const texts = value as Readonly<Record<string, unknown>>;
  return Object.keys(texts)
    .sort()
    .map((name) => [name, asIs(texts[name])]);
}

/** JSON would write a missing value and NaN as null, and a date as its text: those become what no record has. */
function asIs(value: unknown): unknown {
  const type = typeof value;
  const isPlain = type === 'string' || type === 'boolean' || value === null || Number.isFinite(value);
  return isPlain ? value : {};
}
