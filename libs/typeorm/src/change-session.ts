import { ChangeEndedError } from '@nestjs-flamingock/core';
import type { Readable } from 'node:stream';
import type { DataSource, QueryRunner } from 'typeorm';
import { changeQueryRunner } from './change-query-runner.js';
import { bounded } from './dialect/bounded.js';
import type { ChangeTransaction } from './dialect/database.js';
import { OpenStreamError } from './open-stream.error.js';
import { NestedTransactionError, TransactionControlError } from './typeorm.errors.js';

/** How long a statement that nobody awaited is waited for at the end, in milliseconds. */
const LAST_STATEMENT_MS = 10_000;

/** One execution of a change inside its transaction, from the first statement to the last. */
export class ChangeSession {
  private readonly nested: object[] = [];
  private readonly running = new Set<Promise<unknown>>();
  private readonly streams: Readable[] = [];
  private ended = false;

  constructor(
    readonly changeId: string,
    private readonly dataSource: DataSource,
    readonly transaction: ChangeTransaction,
  ) {}

  /** The change's runner for one user of it, with an entity manager of its own. */
  lendRunner(): QueryRunner {
    return changeQueryRunner(this, this.dataSource, this.transaction.runner);
  }

  /** @throws ChangeEndedError once the change has ended. */
  assertRunning(): void {
    if (this.ended) throw new ChangeEndedError(this.changeId);
  }

  /**
   * Runs a statement of the change.
   *
   * @throws ChangeEndedError once the change has ended; OpenStreamError while it reads rows as a
   * stream; an error that names the change and the remedy for SQL that cannot be part of its transaction.
   */
  async perform<T>(text: string, statement: () => Promise<T>): Promise<T> {
    this.assertRunning();
    this.assertNoStream();
    this.transaction.admit(text);
    return this.track(this.transaction.perform(text, statement));
  }

  /** Runs a statement of the change whose rows it reads one by one. */
  async stream(text: string, statement: () => Promise<Readable>): Promise<Readable> {
    const stream = await this.perform(text, statement);
    this.streams.push(stream);
    return stream;
  }

  /**
   * Hands the driver's connection out.
   *
   * @throws ChangeEndedError once the change has ended.
   */
  async lendConnection(): Promise<unknown> {
    this.assertRunning();
    return this.track(this.transaction.lendConnection());
  }

  /** True while `owner` has a nested transaction open. */
  hasNested(owner: object): boolean {
    return this.nested.includes(owner);
  }

  /** Begins a nested transaction. */
  async beginNested(owner: object): Promise<void> {
    this.assertRunning();
    this.assertNoStream();
    // Counted from the moment it is asked for: the change must not commit around it.
    this.nested.push(owner);
    try {
      await this.act((runner) => runner.startTransaction());
    } catch (error) {
      this.nested.splice(this.nested.lastIndexOf(owner), 1);
      throw error;
    }
  }

  /**
   * Ends the innermost nested transaction, which has to be the owner's.
   *
   * @throws TransactionControlError when only the change's own transaction is open.
   * @throws NestedTransactionError when the innermost one is somebody else's: savepoints
   * end in reverse order, or take each other's work with them.
   */
  async endNested(owner: object, how: 'commit' | 'roll back'): Promise<void> {
    this.assertRunning();
    if (this.nested.length === 0) throw new TransactionControlError(this.changeId, how);
    if (this.nested.at(-1) !== owner) throw new NestedTransactionError(this.changeId);
    await this.act((runner) =>
      how === 'commit' ? runner.commitTransaction() : runner.rollbackTransaction(),
    );
    this.nested.pop();
  }

  /** Refuses every later statement, and ends streams that are open: the transaction could not end before. */
  end(): void {
    this.ended = true;
    for (const stream of this.openStreams()) stream.destroy();
  }

  /**
   * Ends the change, waits for statements that are still running, and makes sure that
   * the transaction is the change's own and whole.
   *
   * @throws OpenStreamError while a stream is; NestedTransactionError while a nested transaction is; ConnectionHangsError
   * when a statement does not end; see {@link ChangeTransaction.complete}.
   */
  async seal(): Promise<void> {
    this.assertNoStream();
    this.end();
    if (this.nested.length > 0) throw new NestedTransactionError(this.changeId);
    if (this.running.size > 0) await bounded(LAST_STATEMENT_MS, Promise.allSettled([...this.running]));
    await this.transaction.complete();
  }

  private assertNoStream(): void {
    if (this.openStreams().length > 0) throw new OpenStreamError(this.changeId);
  }

  private openStreams(): Readable[] {
    return this.streams.filter(({ readableEnded, destroyed }) => !readableEnded && !destroyed);
  }

  private act(step: (runner: QueryRunner) => Promise<void>): Promise<void> {
    return this.track(this.transaction.perform('SAVEPOINT', () => step(this.transaction.runner)));
  }

  private async track<T>(statement: Promise<T>): Promise<T> {
    this.running.add(statement);
    try {
      return await statement;
    } finally {
      this.running.delete(statement);
    }
  }
}
