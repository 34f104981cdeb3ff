import type { mongo } from 'mongoose';
import { sessionView } from './session-view.js';
import type { ScopedSessions, StartSession } from './session-scope.js';

/**
 * Sessions inside a change without a transaction: ordinary ones, whose operations are
 * checked first, and of a cursor each batch, but not each document.
 */
export class CheckedSessions implements ScopedSessions {
  constructor(private readonly check: () => void) {}

  begin(start: StartSession, options: Parameters<StartSession>[0]): mongo.ClientSession {
    this.check();
    return this.checked(start(options));
  }

  /** The session, whose every operation is checked. */
  checked(session: mongo.ClientSession): mongo.ClientSession {
    const { check } = this;
    return sessionView(session, {
      // The driver asks before each operation.
      get hasEnded(): boolean {
        check();
        return session.hasEnded;
      },
      endSession: (options?: mongo.EndSessionOptions) => session.endSession(options),
    });
  }
}
