import { LockUnconfirmedError } from '@nestjs-flamingock/core';
import { ChangeStatements, type AdapterHost } from '@nestjs-flamingock/core/adapter';
import mongoose, { type Connection, type Model, type mongo } from 'mongoose';
import { assertReads } from './assert-reads.js';
import { OPERATION, countingOperations, runningOperation, sealOperations } from './running-operations.js';
import { sessionView } from './session-view.js';
import type { ScopedSessions, StartSession } from './session-scope.js';
import { canWait } from './waiting-operations.js';

// Sessions whose operations are checked as long as they live.
const checkedSessions = new WeakSet<object>();

/**
 * True for what has no way to the client's databases but sessions that are checked inside a change without a
 * transaction.
 */
export function isSeen(client: mongo.MongoClient, value: object): boolean {
  if (value === client || checkedSessions.has(value)) return true;
  const connection = connectionOf(value);
  return connection?.readyState === mongoose.STATES.connected && connection.getClient() === client;
}

function connectionOf(value: object): Connection | undefined {
  if (value instanceof mongoose.Connection) return value;
  if (value instanceof mongoose.Query) return value.model.db;
  if (value instanceof mongoose.Document) return (value.constructor as Partial<Model<unknown>>).db;
  return isModel(value) ? value.db : undefined;
}

function isModel(value: object): value is Model<unknown> {
  return typeof value === 'function' && value.prototype instanceof mongoose.Model;
}

/**
 * Sessions inside a change without a transaction: ordinary ones, whose operations are
 * checked first, and of a cursor each batch, but not each document.
 */
export class CheckedSessions implements ScopedSessions {
  private readonly statements: ChangeStatements;
  private isUnconfirmed = false;

  constructor(
    changeId: string,
    private readonly client: mongo.MongoClient,
    private readonly host: AdapterHost,
    check: () => void,
    readOnly = false,
  ) {
    this.statements = new ChangeStatements(changeId, check, readOnly);
  }

  begin(start: StartSession, options: Parameters<StartSession>[0]): mongo.ClientSession {
    this.assertOpen();
    const session = start(options);
    if (options?.explicit !== false) return this.checked(session);
    const operation = runningOperation(this.statements, options.owner);
    return this.view(session, (end) => session.endSession(end).finally(operation.end));
  }

  admission(operation: string | undefined): Promise<void> | undefined {
    assertReads(this.statements, operation);
    if (!this.isUnconfirmed) return undefined;
    this.isUnconfirmed = false;
    return this.statements.admission(OPERATION);
  }

  /** The session, whose every operation is checked. */
  checked(session: mongo.ClientSession): mongo.ClientSession {
    const endSession = (options?: mongo.EndSessionOptions) => session.endSession(options);
    return this.view(session, endSession, countingOperations(this.statements));
  }

  /** @throws UnawaitedStatementsError where operations are on their way, once they have ended. */
  seal(): Promise<void> {
    return sealOperations(this.statements, this.host);
  }

  /** Refuses every later operation. */
  end(): void {
    this.statements.end();
  }

  /** What is not known yet the operation waits for, where it can. */
  private assertOpen(): void {
    try {
      this.statements.assertOpen(OPERATION);
    } catch (error) {
      if (!(error instanceof LockUnconfirmedError && canWait(this.client))) throw error;
      this.isUnconfirmed = true;
    }
  }

  private view(
    session: mongo.ClientSession,
    endSession: mongo.ClientSession['endSession'],
    isAsked?: (key: PropertyKey) => void,
  ): mongo.ClientSession {
    const assertOpen = () => this.assertOpen();
    const checked = {
      // The driver asks before each operation.
      get hasEnded(): boolean {
        assertOpen();
        return session.hasEnded;
      },
      endSession,
    };
    const view = sessionView(session, checked, isAsked);
    checkedSessions.add(view);
    return view;
  }
}
