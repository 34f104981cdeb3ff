import type {
  AuditBatch,
  AuditStore,
  HistoryQuery,
  LockHold,
  Settlement,
  Transaction,
  TransactionalTargetSystem,
} from '@nestjs-flamingock/core/adapter';
import { InMemoryAuditStore, type InMemoryDatabase, InMemoryTargetSystem } from '@nestjs-flamingock/testing';
import type { SimulatedProcess } from './simulated-process.js';

/** The stores that take part. Replaced one at a time to see that the simulation notices. */
export interface Protocol {
  audit(database: InMemoryDatabase): AuditStore;
  target(id: string, database: InMemoryDatabase): TransactionalTargetSystem;
  /** Milliseconds on a process's own clock at a moment of virtual time. */
  monotonicMs(process: SimulatedProcess, now: number): number;
}

/** The stores as they are. */
export const PROTOCOL: Protocol = {
  audit: (database) => new InMemoryAuditStore(database),
  target: (id, database) => new InMemoryTargetSystem(id, database),
  monotonicMs: ({ plan }, now) => now + plan.id * 1_000,
};

/** An audit store that tells with which token a process writes. */
export class WatchedAuditStore implements AuditStore {
  constructor(
    private readonly store: AuditStore,
    private readonly process: SimulatedProcess,
  ) {}

  get resource() {
    return this.store.resource;
  }

  get lock() {
    return this.store.lock;
  }

  get records() {
    return this.store.records;
  }

  claimHead(hold: LockHold) {
    this.process.token = hold.token;
    this.process.owner = hold.owner;
    return this.store.claimHead(hold);
  }

  prepare() {
    return this.store.prepare();
  }

  describe() {
    return this.store.describe();
  }

  now() {
    return this.store.now();
  }

  readHead(service: string) {
    return this.store.readHead(service);
  }

  readSnapshot(service: string) {
    return this.store.readSnapshot(service);
  }

  readHistory(service: string, query?: HistoryQuery) {
    return this.store.readHistory(service, query);
  }

  append(batch: AuditBatch, tx?: Transaction) {
    return this.store.append(batch, tx);
  }

  settle(hold: LockHold, settled: Settlement) {
    return this.store.settle(hold, settled);
  }
}
