import type { AuditEntry, ChainEnd } from '@nestjs-flamingock/core';
import { entryHash, GENESIS_HASH, type AuditRecord } from '@nestjs-flamingock/core/adapter';

const RECORD: AuditRecord = {
  service: 'inventory',
  executionId: '00000000-0000-4000-8000-000000000001',
  stage: 'main',
  changeId: 'create-tables',
  order: '0001',
  author: 'team-inventory',
  state: 'EXECUTED',
  operation: 'EXECUTE',
  targetSystem: 'inventory-db',
  txStrategy: 'TX_SHARED',
  recoveryStrategy: 'MANUAL_INTERVENTION',
  transactional: true,
  className: 'CreateTables',
  methodName: 'execute',
  durationMs: 12,
  hostname: 'test-host',
  error: null,
  metadata: {},
};

/**
 * An entry as a store takes it: `fields` over plausible values, with the hash that belongs to them.
 *
 * @default a service's first entry
 */
export function auditEntry(fields: Partial<AuditEntry> = {}): AuditEntry {
  const linked = {
    ...RECORD,
    seq: 1,
    createdAt: '2024-01-01T00:00:00.000Z',
    prevHash: GENESIS_HASH,
    ...fields,
  };
  return { hash: entryHash(linked), ...linked };
}

/** Entries that follow `end` and each other, one for each of `fields`. */
export function auditEntries(
  end: ChainEnd | undefined,
  first: Partial<AuditEntry>,
  ...rest: readonly Partial<AuditEntry>[]
): [AuditEntry, ...AuditEntry[]] {
  const chain: [AuditEntry, ...AuditEntry[]] = [next(end, first)];
  for (const fields of rest) chain.push(next(chain.at(-1), fields));
  return chain;
}

function next(end: ChainEnd | undefined, fields: Partial<AuditEntry>): AuditEntry {
  return auditEntry({ ...fields, seq: (end?.seq ?? 0) + 1, prevHash: end?.hash ?? GENESIS_HASH });
}
