import { NestedTransactionError } from '@nestjs-flamingock/core';
import { ChangeStatements, type AdapterHost } from '@nestjs-flamingock/core/adapter';
import type { Readable } from 'node:stream';
import type { DataSource, QueryRunner } from 'typeorm';
import { assertReads } from './assert-reads.js';
import { changeQueryRunner } from './change-query-runner.js';
import type { ChangeTransaction } from '../database/database.js';
import { IsolationLevelError } from './isolation-level.error.js';
import { OpenStreamError } from './open-stream.error.js';
import { ConnectionHangsError } from '../typeorm.errors.js';
import { controlError } from '../database/transaction-faults.js';

/** What stands for the statements of nested transactions, and for the driver's connection, in messages. */
const SAVEPOINT = 'SAVEPOINT';
const CONNECT = 'queryRunner.connect()';

/** One execution of a change inside its transaction, from the first statement to the last. */
export class ChangeSession {
  private readonly nested: object[] = [];
  private readonly statements: ChangeStatements;
  private readonly streams: Readable[] = [];
  private isWhole = false;

  constructor(
    readonly changeId: string,
    private readonly dataSource: DataSource,
    readonly transaction: ChangeTransaction,
    private readonly host: AdapterHost,
  ) {
    this.statements = new ChangeStatements(changeId);
  }

  /** The change's runner for one user of it, with an entity manager of its own. */
  lendRunner(): QueryRunner {
    return changeQueryRunner(this, this.dataSource, this.transaction.runner);
  }

  /**
   * Runs a statement of the change.
   *
   * @throws ChangeEndedError once the change has ended; OpenStreamError while it reads rows as a
   * stream; an error that names the change and the remedy for SQL that cannot be part of its transaction.
   */
  async perform<T>(text: string, statement: () => Promise<T>): Promise<T> {
    this.statements.assertOpen(text);
    this.assertNoStream();
    this.transaction.admit(text);
    if (this.statements.mayOnlyRead) assertReads(this.changeId, text, this.transaction.lexicalRules);
    return this.statements.track(text, this.transaction.perform(text, statement));
  }

  /** Runs a statement of the change whose rows it reads one by one. */
  async stream(text: string, statement: () => Promise<Readable>): Promise<Readable> {
    // What travels with a statement cannot travel with a stream.
    await this.transaction.perform('', () => Promise.resolve());
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
    this.statements.assertOpen(CONNECT);
    return this.statements.track(CONNECT, this.transaction.lendConnection());
  }

  /** True while `owner` has a nested transaction open. */
  hasNested(owner: object): boolean {
    return this.nested.includes(owner);
  }

  /**
   * Begins a nested transaction, at the level of the change's own.
   *
   * @throws IsolationLevelError for a level that this one does not include for certain.
   */
  async beginNested(owner: object, level?: string): Promise<void> {
    this.statements.assertOpen(SAVEPOINT);
    if (level !== undefined && !this.transaction.includesLevel(level)) {
      throw new IsolationLevelError(this.changeId, level);
    }
    this.assertNoStream();
    // Counted from the moment it is asked for: the change must not commit around it.
    this.nested.push(owner);
    try {
      await this.act(SAVEPOINT, (runner) => runner.startTransaction());
    } catch (error) {
      this.nested.splice(this.nested.lastIndexOf(owner), 1);
      throw error;
    }
  }

  /**
   * Ends the innermost nested transaction, which has to be the owner's.
   *
   * @throws TransactionControlError when only the change's own transaction is open.
   * @throws NestedTransactionError when the innermost one was begun by another user of the runner: savepoints
   * end in reverse order, or take each other's work with them.
   */
  async endNested(owner: object, how: 'commit' | 'roll back'): Promise<void> {
    this.statements.assertOpen(how);
    if (this.nested.length === 0) throw controlError(this.changeId, how);
    if (this.nested.at(-1) !== owner) throw nestedError(this.changeId);
    await (how === 'commit'
      ? this.act(`RELEASE ${SAVEPOINT}`, (runner) => runner.commitTransaction())
      : this.act(`ROLLBACK TO ${SAVEPOINT}`, (runner) => runner.rollbackTransaction()));
    this.nested.pop();
  }

  /** Refuses every later statement, and ends streams that are open: the transaction could not end before. */
  end(): void {
    this.statements.end();
    for (const stream of this.openStreams()) stream.destroy();
  }

  /**
   * Ends a change that has failed, once none of its statements is on its way.
   *
   * @throws ConnectionHangsError where one does not end.
   */
  async abandon(): Promise<void> {
    this.end();
    await this.statements
      .sealWithin(this.host, (ms) => new ConnectionHangsError(ms))
      .catch((error: unknown) => {
        if (error instanceof ConnectionHangsError) throw error;
      });
  }

  /**
   * Ends the change, and makes sure that the transaction is the change's own and whole.
   *
   * @throws OpenStreamError while a stream is; UnawaitedStatementsError where statements were on their way, once they
   * have ended; ConnectionHangsError where they do not; NestedTransactionError while a nested transaction is; see
   * {@link ChangeTransaction.complete}.
   */
  async seal(): Promise<void> {
    // The second time it is the change's failures alone that may have become more.
    if (this.isWhole) {
      this.statements.assertNoStray();
      return;
    }
    this.assertNoStream();
    await this.statements.sealWithin(this.host, (ms) => new ConnectionHangsError(ms));
    if (this.nested.length > 0) throw nestedError(this.changeId);
    await this.transaction.complete();
    this.isWhole = true;
  }

  private assertNoStream(): void {
    if (this.openStreams().length > 0) throw new OpenStreamError(this.changeId);
  }

  private openStreams(): Readable[] {
    return this.streams.filter(({ readableEnded, destroyed }) => !readableEnded && !destroyed);
  }

  private act(text: string, step: (runner: QueryRunner) => Promise<void>): Promise<void> {
    const { transaction } = this;
    return this.statements.track(
      text,
      transaction.perform(text, () => step(transaction.runner)),
    );
  }
}

function nestedError(changeId: string): NestedTransactionError {
  return new NestedTransactionError(changeId, 'did not end before the transaction around it');
}
