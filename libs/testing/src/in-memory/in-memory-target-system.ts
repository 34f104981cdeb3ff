import type {
  ChangeRun,
  Handles,
  Marker,
  Transaction,
  TransactionalTargetSystem,
  TransactionOutcome,
} from '@nestjs-flamingock/core';
import { InMemoryDatabase, type InMemorySession } from './in-memory-database.js';
import { InMemoryMarkerStore, fencePass } from './in-memory-marker.store.js';
import { InMemoryTable } from './in-memory-table.js';
import { InMemoryTransaction } from './in-memory-transaction.js';

/** Settings of an {@link InMemoryTargetSystem}. */
export interface InMemoryTargetSystemOptions {
  /**
   * Keeps what a commit did before it failed, with a marker that says so, as a server does
   * that cannot roll back.
   *
   * @default false
   */
  readonly keepsPart?: boolean;
}

/** A transactional target system in memory; lends an {@link InMemoryTable}. */
export class InMemoryTargetSystem implements TransactionalTargetSystem {
  readonly handleTokens = [InMemoryTable];
  readonly resource: InMemoryDatabase;
  readonly markers: InMemoryMarkerStore;
  /** The rows as an application sees them, outside any change. */
  readonly table: InMemoryTable;

  /** @param database Give the audit store the same one to have `TX_SHARED`. */
  constructor(
    readonly id: string,
    database: InMemoryDatabase = new InMemoryDatabase(),
    private readonly options: InMemoryTargetSystemOptions = {},
  ) {
    this.resource = database;
    this.markers = new InMemoryMarkerStore(database);
    this.table = new InMemoryTable(database);
  }

  run(_change: ChangeRun, work: (handles: Handles) => Promise<void>): Promise<void> {
    return work(handlesOn(this.resource));
  }

  async transaction(
    change: ChangeRun,
    work: (handles: Handles, tx: Transaction) => Promise<void>,
    marker?: Marker,
  ): Promise<TransactionOutcome> {
    const tx = new InMemoryTransaction(this.resource, change);
    const proof = marker && { marker, pass: fencePass(marker) };
    try {
      if (proof) await tx.read('checkFence', proof.pass);
      await work(handlesOn(tx), tx);
    } catch (error) {
      return tx.rollback(error);
    }
    return this.options.keepsPart ? tx.commitInPart(proof) : tx.commit(proof);
  }
}

function handlesOn(session: InMemorySession): Handles {
  return new Map([[InMemoryTable, new InMemoryTable(session)]]);
}
