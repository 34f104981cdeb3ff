import { ChangeStatements } from '@nestjs-flamingock/core';
import type { mongo } from 'mongoose';
import { OPERATION, countingOperations, runningOperation, sealOperations } from './running-operations.js';
import { sessionView } from './session-view.js';
import type { ScopedSessions, StartSession } from './session-scope.js';

/**
 * Sessions inside a change without a transaction: ordinary ones, whose operations are
 * checked first, and of a cursor each batch, but not each document.
 */
export class CheckedSessions implements ScopedSessions {
  private readonly statements: ChangeStatements;

  constructor(
    private readonly changeId: string,
    check: () => void,
  ) {
    this.statements = new ChangeStatements(changeId, check);
  }

  begin(start: StartSession, options: Parameters<StartSession>[0]): mongo.ClientSession {
    this.statements.assertOpen(OPERATION);
    const session = start(options);
    if (options?.explicit !== false) return this.checked(session);
    const operation = runningOperation(this.statements, options.owner);
    return this.view(session, (end) => session.endSession(end).finally(operation.end));
  }

  /** The session, whose every operation is checked. */
  checked(session: mongo.ClientSession): mongo.ClientSession {
    const endSession = (options?: mongo.EndSessionOptions) => session.endSession(options);
    return this.view(session, endSession, countingOperations(this.statements));
  }

  /** @throws UnawaitedStatementsError where operations are on their way, once they have ended. */
  seal(): Promise<void> {
    return sealOperations(this.changeId, this.statements);
  }

  /** Refuses every later operation. */
  end(): void {
    this.statements.end();
  }

  private view(
    session: mongo.ClientSession,
    endSession: mongo.ClientSession['endSession'],
    isAsked?: (key: PropertyKey) => void,
  ): mongo.ClientSession {
    const { statements } = this;
    const checked = {
      // The driver asks before each operation.
      get hasEnded(): boolean {
        statements.assertOpen(OPERATION);
        return session.hasEnded;
      },
      endSession,
    };
    return sessionView(session, checked, isAsked);
  }
}
