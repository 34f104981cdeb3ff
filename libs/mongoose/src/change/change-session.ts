import type { NestedTransactionError } from '@nestjs-flamingock/core';
import { ChangeStatements, type AdapterHost } from '@nestjs-flamingock/core/adapter';
import type { mongo } from 'mongoose';
import { assertReads } from './assert-reads.js';
import { nestedError } from './nested-error.js';
import { nestedSession } from './nested-session.js';
import { countingOperations, OPERATION, runningOperation, sealOperations } from './running-operations.js';
import type { ScopedSessions, StartSession } from './session-scope.js';
import { sessionView } from './session-view.js';

/** One execution of a change inside its transaction, from the first operation to the last. */
export class ChangeSession implements ScopedSessions {
  private readonly nested = new Set<object>();
  private readonly statements: ChangeStatements;
  private failure: NestedTransactionError | undefined;

  constructor(
    readonly changeId: string,
    /** Has the transaction open. */
    readonly session: mongo.ClientSession,
    private readonly host: AdapterHost,
  ) {
    this.statements = new ChangeStatements(changeId);
  }

  begin(_start: StartSession, options: Parameters<StartSession>[0]): mongo.ClientSession {
    this.assertRunning();
    return options?.explicit === false ? this.join(options.owner) : this.lend();
  }

  /** The session of the transaction, for code that asks for one: transactions begun on it are part of the change's. */
  lend(): mongo.ClientSession {
    return nestedSession(this);
  }

  admission(operation: string | undefined): undefined {
    assertReads(this.statements, operation);
  }

  /** @throws ChangeEndedError once the change has ended. */
  assertRunning(): void {
    this.statements.assertOpen(OPERATION);
  }

  /** Takes note of a transaction inside the change's own that is open. */
  open(nested: object): void {
    this.nested.add(nested);
  }

  /** It has ended; `failure` if the change must not commit any more. */
  close(nested: object, failure?: NestedTransactionError): void {
    this.nested.delete(nested);
    this.failure ??= failure;
  }

  /** Counts the operations that are given a session which this lends. */
  countingOperations(): (asked: PropertyKey) => void {
    return countingOperations(this.statements);
  }

  /**
   * Ends the change, and refuses every later operation.
   *
   * @throws NestedTransactionError when one inside it failed or is still open; UnawaitedStatementsError where operations
   * were on their way, once they have ended; OperationHangsError where they do not.
   */
  async seal(): Promise<void> {
    if (this.nested.size > 0) throw nestedError(this.changeId, 'was not ended');
    await sealOperations(this.statements, this.host);
    if (this.failure) throw this.failure;
  }

  /** Refuses every later operation. */
  end(): void {
    this.statements.end();
  }

  /** The transaction's session for one operation or cursor of the driver, which says when it has ended. */
  private join(owner: unknown): mongo.ClientSession {
    const { session } = this;
    const operation = runningOperation(this.statements, owner);
    const assertRunning = (): void => {
      if (!operation.isRunning) this.assertRunning();
    };
    return sessionView(session, {
      owner,
      get hasEnded(): boolean {
        assertRunning();
        return session.hasEnded;
      },
      endSession: async () => operation.end(),
    });
  }
}
