import { hash } from 'node:crypto';
import type { AuditEntry, AuditRecord } from '../audit/audit-entry.js';
import { readMetadata, writeMetadata } from '../audit/entry-metadata.js';
import { sourceTokens } from './source-text.js';

/** Version of what a fingerprint is made of: those of another version cannot be compared. */
const FORM = '1';
/** Hexadecimal digits of a digest: 128 bits. */
const DIGITS = 32;

/** What the methods of a change are made of. Each part is computed on the first request. */
export class ChangeSource {
  private madeText: string | undefined;
  private madeCode: string | undefined;

  constructor(readonly texts: () => readonly string[]) {}

  /** Digest of the text as it is loaded: the same until the application is built anew. */
  get text(): string {
    this.madeText ??= digest(this.texts());
    return this.madeText;
  }

  /** Digest of the code, the same under every compiler; empty where it is minified, which names everything anew. */
  get code(): string {
    this.madeCode ??= this.readCode();
    return this.madeCode;
  }

  private readCode(): string {
    const texts = this.texts();
    this.madeText ??= digest(texts);
    const read = texts.map(sourceTokens);
    return read.some(({ isMinified }) => isMinified) ? '' : digest(read.map(({ tokens }) => tokens));
  }
}

/**
 * Metadata of the entries of an execution: the code that is executed. The other facts that identify a change are
 * fields of its entries. Empty where the code cannot be told.
 */
export function fingerprinted(source: ChangeSource | undefined): AuditRecord['metadata'] {
  return source && source.code !== ''
    ? writeMetadata({ fingerprint: `${FORM}:${source.code}:${source.text}` })
    : {};
}

/** The fingerprint that an entry carries, as metadata of another entry about the same execution. */
export function fingerprintOf(entry: Pick<AuditEntry, 'metadata'>): AuditRecord['metadata'] {
  const { fingerprint } = readMetadata(entry);
  return fingerprint === undefined ? {} : writeMetadata({ fingerprint });
}

/** True where an entry tells that other code was executed. False where the entry does not say. */
export function isOtherCode(entry: Pick<AuditEntry, 'metadata'>, source?: ChangeSource): boolean {
  const [form, code, text] = readMetadata(entry).fingerprint?.split(':') ?? [];
  if (form !== FORM || !source || text === source.text || source.code === '') return false;
  return code !== source.code;
}

function digest(parts: readonly unknown[]): string {
  return hash('sha256', JSON.stringify(parts)).slice(0, DIGITS);
}
