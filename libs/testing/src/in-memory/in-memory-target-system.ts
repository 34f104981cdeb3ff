import {
  ChangeStatements,
  type ChangeRun,
  type GroupingTargetSystem,
  type Handles,
  type Marker,
  type MemberOutcome,
  type Transaction,
  type TransactionGroup,
  type TransactionOutcome,
} from '@nestjs-flamingock/core/adapter';
import { InMemoryDatabase, type InMemorySession } from './in-memory-database.js';
import { InMemoryMarkerStore, fencePass } from './in-memory-marker.store.js';
import { InMemoryTable } from './in-memory-table.js';
import { InMemoryTransaction, type Proof } from './in-memory-transaction.js';

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
export class InMemoryTargetSystem implements GroupingTargetSystem {
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

  async run(
    { changeId }: ChangeRun,
    work: (handles: Handles) => Promise<void>,
    check?: () => void,
  ): Promise<void> {
    const statements = new ChangeStatements(changeId, check);
    try {
      await work(handlesOn(tracked(this.resource, statements)));
      await statements.seal();
    } finally {
      statements.end();
    }
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
      await tx.seal();
    } catch (error) {
      return tx.rollback(error);
    }
    return this.end(tx, proof);
  }

  async transactionGroup(
    first: ChangeRun,
    work: (group: TransactionGroup) => Promise<void>,
  ): Promise<TransactionOutcome> {
    const tx = new InMemoryTransaction(this.resource, first);
    try {
      await work({ transaction: tx, run: (change, perform) => runMember(tx, change, perform) });
      await tx.seal();
    } catch (error) {
      return tx.rollback(error);
    }
    return this.end(tx);
  }

  private end(tx: InMemoryTransaction, proof?: Proof): Promise<TransactionOutcome> {
    return this.options.keepsPart ? tx.commitInPart(proof) : tx.commit(proof);
  }
}

/** Runs one of several changes in the transaction, behind a savepoint. */
async function runMember(
  tx: InMemoryTransaction,
  { changeId }: ChangeRun,
  work: (handles: Handles) => Promise<void>,
): Promise<MemberOutcome> {
  const statements = new ChangeStatements(changeId);
  const rollBack = await tx.savepoint();
  try {
    await work(handlesOn(tracked(tx.ofStores, statements)));
    await statements.seal();
    return { status: 'done' };
  } catch (error) {
    // What is on its way must not come after the savepoint.
    await statements.seal().catch(() => undefined);
    await rollBack();
    return { status: 'rolled-back', error };
  } finally {
    statements.end();
  }
}

/** The session, none of whose statements comes after the end of the change. */
function tracked(session: InMemorySession, statements: ChangeStatements): InMemorySession {
  const performing = async <T>(name: string, perform: () => Promise<T>): Promise<T> => {
    statements.assertOpen(name);
    return statements.track(name, perform());
  };
  return {
    read: (name, query) => performing(name, () => session.read(name, query)),
    write: (name, statement) => performing(name, () => session.write(name, statement)),
  };
}

function handlesOn(session: InMemorySession): Handles {
  return new Map([[InMemoryTable, new InMemoryTable(session)]]);
}
