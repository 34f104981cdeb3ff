import { FencedError, ForeignTransactionError } from '@nestjs-flamingock/core';
import {
  ChangeStatements,
  type ChangeRun,
  type Marker,
  type Transaction,
  type TransactionOutcome,
} from '@nestjs-flamingock/core/adapter';
import {
  copyOf,
  type InMemoryDatabase,
  type InMemorySession,
  type InMemoryStatement,
  type InMemoryTables,
} from './in-memory-database.js';
import { InMemoryConflictError } from './in-memory.errors.js';
import { writeMarker } from './in-memory-marker.store.js';

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
  private draft: InMemoryTables;
  private readonly statements: InMemoryStatement<unknown>[] = [];
  private readonly running: ChangeStatements;

  constructor(
    readonly resource: InMemoryDatabase,
    change: ChangeRun,
  ) {
    this.draft = resource.snapshot();
    this.running = new ChangeStatements(change.changeId);
  }

  /** Marks what is staged by now; gives what takes back all that is staged later. */
  async savepoint(): Promise<() => Promise<void>> {
    const mark = this.statements.length;
    const before = await this.resource.send('savepoint', () => copyOf(this.draft));
    return () =>
      this.resource.send('rollbackToSavepoint', () => {
        this.statements.length = mark;
        this.draft = before;
      });
  }

  /** Answers a question about the tables as this transaction sees them. */
  async read<T>(name: string, query: InMemoryStatement<T>): Promise<T> {
    const reading = this.resource.send(name, () => {
      this.running.assertOpen(name);
      return query(this.draft);
    });
    return this.running.track(name, reading);
  }

  /** Stages a statement of the change. */
  async write<T>(name: string, statement: InMemoryStatement<T>): Promise<T> {
    const staging = this.resource.send(name, () => {
      this.running.assertOpen(name);
      return this.stage(statement);
    });
    return this.running.track(name, staging);
  }

  /** How stores write in it: after the change's own statements, of which none may be on its way. */
  readonly ofStores: InMemorySession = {
    read: (name, query) => this.resource.send(name, () => query(this.draft)),
    write: async (name, statement) => {
      await this.seal();
      return this.resource.send(name, () => this.stage(statement));
    },
  };

  /**
   * Refuses every later statement of the change.
   *
   * @throws UnawaitedStatementsError where some were on their way, once they have ended.
   */
  seal(): Promise<void> {
    return this.running.seal();
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
    this.running.end();
    return { status: 'rolled-back', error };
  }

  private async apply(statement: InMemoryStatement<TransactionOutcome>): Promise<TransactionOutcome> {
    this.running.end();
    try {
      return await this.resource.write('commit', statement);
    } catch (error) {
      const isRefused = error instanceof FencedError || error instanceof InMemoryConflictError;
      return { status: isRefused ? 'rolled-back' : 'unknown', error };
    }
  }

  private stage<T>(statement: InMemoryStatement<T>): T {
    const result = statement(this.draft);
    this.statements.push(statement);
    return result;
  }
}

/**
 * The session in which a store that lives in `database` writes for `tx`.
 *
 * @throws ForeignTransactionError when `tx` runs on another database.
 */
export function sessionOf(database: InMemoryDatabase, tx: Transaction | undefined): InMemorySession {
  if (tx === undefined) return database;
  if (tx instanceof InMemoryTransaction && tx.resource === database) return tx.ofStores;
  throw new ForeignTransactionError('InMemoryDatabase');
}
