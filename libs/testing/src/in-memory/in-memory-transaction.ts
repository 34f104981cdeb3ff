import {
  ChangeEndedError,
  FencedError,
  type ChangeRun,
  type Marker,
  type Transaction,
  type TransactionOutcome,
} from '@nestjs-flamingock/core';
import type {
  InMemoryDatabase,
  InMemorySession,
  InMemoryStatement,
  InMemoryTables,
} from './in-memory-database.js';
import { writeMarker } from './in-memory-marker.store.js';
import { ForeignTransactionError } from './in-memory.errors.js';

/** The marker that a transaction leaves, and how it passes the fence. */
export interface Proof {
  readonly marker: Marker;
  readonly pass: (tables: InMemoryTables) => void;
}

/**
 * Statements that take effect together, at commit. Each acts at once on a copy that only
 * this transaction sees, and once more on the committed tables, so that a condition which
 * no longer holds at commit rolls everything back.
 */
export class InMemoryTransaction implements Transaction, InMemorySession {
  private readonly draft: InMemoryTables;
  private readonly statements: InMemoryStatement<unknown>[] = [];
  private ended = false;

  constructor(
    readonly resource: InMemoryDatabase,
    private readonly change: ChangeRun,
  ) {
    this.draft = resource.snapshot();
  }

  /** Answers a question about the tables as this transaction sees them. */
  async read<T>(name: string, query: InMemoryStatement<T>): Promise<T> {
    return this.resource.send(name, () => query(this.open()));
  }

  /** Stages a statement. */
  async write<T>(name: string, statement: InMemoryStatement<T>): Promise<T> {
    return this.resource.send(name, () => {
      const result = statement(this.open());
      this.statements.push(statement);
      return result;
    });
  }

  /** Applies every staged statement and leaves the marker, or does nothing. */
  commit(proof?: Proof): Promise<TransactionOutcome> {
    return this.apply((tables) => {
      proof?.pass(tables);
      for (const statement of this.statements) statement(tables);
      if (proof) writeMarker(tables, proof.marker);
      return { status: 'committed' };
    });
  }

  /**
   * Applies the staged statements up to the first that fails, and leaves a marker that says
   * how far it came.
   */
  commitInPart(proof?: Proof): Promise<TransactionOutcome> {
    return this.apply((tables) => {
      proof?.pass(tables);
      let done = 0;
      try {
        for (const statement of this.statements) {
          statement(tables);
          done += 1;
        }
      } catch (error) {
        if (done === 0) return { status: 'rolled-back', error };
        const partial = `statement ${done + 1} of ${this.statements.length} failed: ${String(error)}`;
        if (proof) writeMarker(tables, { ...proof.marker, partial });
        return { status: 'partly-applied', error, proven: proof !== undefined };
      }
      if (proof) writeMarker(tables, proof.marker);
      return { status: 'committed' };
    });
  }

  /** Forgets what was staged. */
  rollback(error: unknown): TransactionOutcome {
    this.ended = true;
    return { status: 'rolled-back', error };
  }

  private async apply(statement: InMemoryStatement<TransactionOutcome>): Promise<TransactionOutcome> {
    this.ended = true;
    try {
      return await this.resource.write('commit', statement);
    } catch (error) {
      return { status: error instanceof FencedError ? 'rolled-back' : 'unknown', error };
    }
  }

  private open(): InMemoryTables {
    if (this.ended) throw new ChangeEndedError(this.change.changeId);
    return this.draft;
  }
}

/**
 * The session in which a store that lives in `database` writes for `tx`.
 *
 * @throws ForeignTransactionError when `tx` runs on another database.
 */
export function sessionOf(database: InMemoryDatabase, tx: Transaction | undefined): InMemorySession {
  if (tx === undefined) return database;
  if (tx instanceof InMemoryTransaction && tx.resource === database) return tx;
  throw new ForeignTransactionError();
}
