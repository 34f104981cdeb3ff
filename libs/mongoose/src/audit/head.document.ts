import type { AuditHead, Settlement } from '@nestjs-flamingock/core/adapter';
import type { AuditEntryDocument } from './audit-entry.document.js';
import type { FenceDocument } from '../connection/fence.js';

/** A service's head, which is the fence of its history. */
export interface HeadDocument extends FenceDocument {
  /** Earlier versions wrote none. */
  readonly format?: number;
  readonly seq: number;
  readonly hash: string;
  readonly settled: Settlement | null;
  /** Entries that are part of the history and may not be in their collection yet, in order of `seq`. */
  readonly pending: readonly AuditEntryDocument[];
}

/** The pending entries of a head. A foreign value among them becomes an invalid entry, so that verification finds it. */
export function pendingOf(head: HeadDocument | undefined): AuditEntryDocument[] {
  const pending: unknown = head?.pending ?? [];
  return [pending].flat().map((one) => (Object(one) === one ? one : {}) as AuditEntryDocument);
}

/** The head as the engine knows it. */
export function toHead({ token, owner, format = 1, seq, hash, settled }: HeadDocument): AuditHead {
  return {
    token,
    owner: owner ?? null,
    format,
    seq,
    hash,
    settled: settled && { seq: settled.seq, digest: settled.digest },
  };
}
