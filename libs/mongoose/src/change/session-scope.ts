import { MethodScope, overrideMethod } from '@nestjs-flamingock/core/adapter';
import type { Connection, mongo } from 'mongoose';
import { soundDatabases } from './sound-databases.js';
import { waitingOperations } from './waiting-operations.js';
import { refuseOmissions } from './whole-writes.js';

type Client = mongo.MongoClient;

/** How the driver begins a session: `explicit` is false for one that it begins by itself, for one operation or cursor. */
export type StartSession = (
  options?: mongo.ClientSessionOptions & { explicit?: boolean; owner?: unknown },
) => mongo.ClientSession;

/** What a change makes of the sessions that are begun inside its method. */
export interface ScopedSessions {
  /** `start` begins an ordinary one. */
  begin(start: StartSession, options: Parameters<StartSession>[0]): mongo.ClientSession;
  /** What an operation of the change has to wait for, if anything. @throws what refuses it */
  admission(operation: string | undefined): Promise<void> | undefined;
}

/**
 * Knows which change an operation belongs to. Every operation of the driver without a given session,
 * and so every one of Mongoose and of `connection.db`, asks the client for one.
 */
export type SessionScope = MethodScope<ScopedSessions>;

/**
 * While it is installed, the connection's client hands out the change's sessions inside its method,
 * and its databases are read and written there so that they can be part of a transaction.
 */
export function sessionScope(connection: Connection): SessionScope {
  return new MethodScope((current) => {
    const restores = [
      overrideMethod<'startSession', Client['startSession']>(
        connection.getClient(),
        'startSession',
        (original) => (options) => current()?.begin(original, options) ?? original(options),
      ),
      waitingOperations(connection.getClient(), (operation) => current()?.admission(operation)),
      soundDatabases(connection, () => current() !== undefined),
      refuseOmissions(connection, () => current() !== undefined),
    ];
    return () => restores.forEach((restore) => restore());
  });
}
