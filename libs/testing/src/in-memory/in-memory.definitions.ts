import type { AuditStoreDefinition, TargetSystemDefinition } from '@nestjs-flamingock/core';
import { InMemoryAuditStore } from './in-memory-audit.store.js';
import type { InMemoryDatabase } from './in-memory-database.js';
import { InMemoryTargetSystem } from './in-memory-target-system.js';

/**
 * An audit store for `forRoot` that forgets everything with the process.
 *
 * @param database A database of its own when left out.
 */
export function inMemoryAuditStore(database?: InMemoryDatabase): AuditStoreDefinition {
  return { useFactory: () => new InMemoryAuditStore(database) };
}

/**
 * A transactional target system for `forRoot` whose changes ask for an `InMemoryTable`.
 *
 * @param database A database of its own when left out; `TX_SHARED` with the audit store's.
 */
export function inMemoryTargetSystem(id: string, database?: InMemoryDatabase): TargetSystemDefinition {
  return { id, useFactory: () => new InMemoryTargetSystem(id, database) };
}
