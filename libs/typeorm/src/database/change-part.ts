import type { QueryRunner } from 'typeorm';
import { SharedTransactionError } from '../transaction.errors.js';
import type { TransactionPart } from './database.js';
import { setDepth } from './query-runner.js';

/** The name of the savepoint before a change. */
export const SAVEPOINT = 'flamingock_change';

/** The savepoint before a change. */
export interface ChangeSavepoint {
  /** Called before subscribers are told that the change begins: what they send is part of it. */
  set(): Promise<void>;
  /** @throws where something does not hold that has to at the end of a change. */
  keep(): Promise<void>;
  /** @throws where it is gone. */
  rollBack(): Promise<void>;
}

/** Counts as a nested transaction of TypeORM, of whose end its subscribers are told. */
const PART_DEPTH = 2;

/** The change that has begun last of those that share the transaction of a runner. */
export class ChangePart implements TransactionPart {
  private isApart = false;
  private isClosed = false;

  constructor(
    private readonly changeId: string,
    private readonly runner: QueryRunner,
    private readonly savepoint: ChangeSavepoint,
    private readonly isFirst: boolean,
  ) {}

  async begin(): Promise<void> {
    await this.tell('BeforeTransactionStart');
    setDepth(this.runner, PART_DEPTH);
    await this.savepoint.set();
    await this.tell('AfterTransactionStart');
  }

  async keep(): Promise<'open' | 'closed'> {
    // Also where the change went on after the error.
    if (this.isApart) throw new SharedTransactionError(this.changeId, 'A statement');
    await this.tell('BeforeTransactionCommit');
    await this.savepoint.keep();
    setDepth(this.runner, PART_DEPTH - 1);
    await this.tell('AfterTransactionCommit');
    return this.isClosed ? 'closed' : 'open';
  }

  async rollBack(): Promise<'rolled-back' | 'apart'> {
    await this.tell('BeforeTransactionRollback').catch(() => undefined);
    await this.savepoint.rollBack();
    // Nested transactions that the change has left open end with it.
    setDepth(this.runner, PART_DEPTH - 1);
    await this.tell('AfterTransactionRollback').catch(() => undefined);
    return this.isApart ? 'apart' : 'rolled-back';
  }

  /** Lets no other change follow: what this one has set lasts to the end of the transaction. */
  close(): void {
    this.isClosed = true;
  }

  /** Says that changes before this one may be why it fails. */
  blameOthers(): void {
    if (!this.isFirst) this.isApart = true;
  }

  /** Says that it may fail for no other reason than that it runs behind a savepoint. */
  blameSavepoint(): void {
    this.isApart = true;
  }

  /** @throws SharedTransactionError for what may end the transaction, and with it what other changes have done. */
  assertFirst(what: string): void {
    if (!this.isFirst) this.assertAlone(what);
  }

  /** @throws SharedTransactionError for what no savepoint can take back, also where it is the first. */
  assertAlone(what: string): void {
    this.blameSavepoint();
    throw new SharedTransactionError(this.changeId, what);
  }

  private tell(event: Parameters<QueryRunner['broadcaster']['broadcast']>[0]): Promise<void> {
    return this.runner.broadcaster.broadcast(event);
  }
}
