import type { AuditEntry } from '@nestjs-flamingock/core';
import type { AuditStore, HistoryQuery } from '@nestjs-flamingock/core/adapter';
import { auditEntries } from './audit-entry.builder.js';
import { contract, type ContractBackend, type ContractCase, type ContractChecks } from './contract-case.js';
import { holdOf } from './lock-hold.builder.js';

/** A fresh, empty database, as the contracts of the audit store and its lock need it. */
export interface AuditBackend extends ContractBackend {
  /** Not prepared yet. */
  readonly store: AuditStore;
  /** Another store on a connection of its own to the same database. */
  readonly second: () => Promise<AuditStore>;
}

/** The service that checks write for unless they are about services. */
export const SERVICE = 'inventory';

/** Cases whose store is prepared before they start. */
export function preparedContract<B extends AuditBackend>(
  open: () => Promise<B>,
  checks: ContractChecks<B>,
): ContractCase[] {
  return contract(async () => {
    const backend = await open();
    await backend.store.prepare();
    return backend;
  }, checks);
}

/** Claims the head with `token` and appends one batch right behind it; returns what was written. */
export async function write(
  store: AuditStore,
  token: number,
  first: Partial<AuditEntry>,
  ...rest: readonly Partial<AuditEntry>[]
): Promise<AuditEntry[]> {
  const service = first.service ?? SERVICE;
  const head = await store.claimHead(holdOf(token, service));
  const named = [first, ...rest].map((fields) => ({ ...fields, service }));
  const entries = auditEntries(head, { ...first, service }, ...named.slice(1));
  await store.append({ hold: holdOf(token, service), entries });
  return entries;
}

/** The whole history of a service, or what `query` is about. */
export async function historyOf(
  store: AuditStore,
  service = SERVICE,
  query?: HistoryQuery,
): Promise<AuditEntry[]> {
  const entries: AuditEntry[] = [];
  for await (const entry of store.readHistory(service, query)) entries.push(entry);
  return entries;
}

/** Everything that a store says of a service, to see that nothing changed. */
export async function everythingOf(store: AuditStore, service = SERVICE): Promise<unknown> {
  return { head: await store.readHead(service), history: await historyOf(store, service) };
}
