import type { AuditEntry } from '@nestjs-flamingock/core';
import { metadataOf, metadataText } from '@nestjs-flamingock/core/adapter';

/** An entry as its document: field by field, but metadata as one text, whose keys may be anything. */
export interface AuditEntryDocument extends Omit<AuditEntry, 'metadata'> {
  readonly metadata: string;
}

/** The document of an entry. */
export function toDocument(entry: AuditEntry): AuditEntryDocument {
  return { ...entry, metadata: metadataText(entry.metadata) };
}

/** The entry that `toDocument` turned into this document; its other fields are left out. */
export function toEntry(document: AuditEntryDocument): AuditEntry {
  return {
    service: document.service,
    seq: document.seq,
    executionId: document.executionId,
    stage: document.stage,
    changeId: document.changeId,
    order: document.order,
    author: document.author,
    state: document.state,
    operation: document.operation,
    targetSystem: document.targetSystem,
    txStrategy: document.txStrategy,
    recoveryStrategy: document.recoveryStrategy,
    transactional: document.transactional,
    className: document.className,
    methodName: document.methodName,
    durationMs: document.durationMs,
    hostname: document.hostname,
    createdAt: document.createdAt,
    error: document.error,
    metadata: metadataOf(document.metadata),
    prevHash: document.prevHash,
    hash: document.hash,
  } satisfies Record<keyof AuditEntry, unknown>;
}
