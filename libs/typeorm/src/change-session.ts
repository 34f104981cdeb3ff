import { ChangeEndedError } from '@nestjs-flamingock/core';
import type { DataSource, QueryRunner } from 'typeorm';
import { changeQueryRunner } from './change-query-runner.js';
import { NestedTransactionError, TransactionControlError } from './typeorm.errors.js';

/** One execution of a change inside its transaction, from the first statement to the last. */
export class ChangeSession {
  private readonly nested: object[] = [];
  private ended = false;

  constructor(
    readonly changeId: string,
    private readonly dataSource: DataSource,
    private readonly runner: QueryRunner,
  ) {}

  /** The change's runner for one user of it, with an entity manager of its own. */
  lendRunner(): QueryRunner {
    return changeQueryRunner(this, this.dataSource, this.runner);
  }

  /** @throws ChangeEndedError once the change has ended. */
  assertRunning(): void {
    if (this.ended) throw new ChangeEndedError(this.changeId);
  }

  /** True while `owner` has a nested transaction open. */
  hasNested(owner: object): boolean {
    return this.nested.includes(owner);
  }

  /** Begins a nested transaction. */
  async beginNested(owner: object): Promise<void> {
    this.assertRunning();
    // Counted from the moment it is asked for: the change must not commit around it.
    this.nested.push(owner);
    try {
      await this.runner.startTransaction();
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
    if (how === 'commit') await this.runner.commitTransaction();
    else await this.runner.rollbackTransaction();
    this.nested.pop();
  }

  /** @throws NestedTransactionError while a nested transaction is open. */
  assertNoneNested(): void {
    if (this.nested.length > 0) throw new NestedTransactionError(this.changeId);
  }

  /** Refuses every later statement. */
  end(): void {
    this.ended = true;
  }
}
