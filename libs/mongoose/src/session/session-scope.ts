import { MethodScope, overrideMethod } from '@nestjs-flamingock/core';
import { mongo, type Connection } from 'mongoose';
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
}

/**
 * Knows what change an operation belongs to. Every operation of the driver without a session
 * of its own, and so every one of Mongoose and of `connection.db`, asks the client for one.
 */
export type SessionScope = MethodScope<ScopedSessions>;

/**
 * While it is installed, the connection's client hands out the change's sessions inside its method,
 * and its database is read from the primary there: a secondary may not have yet what the change
 * wrote, and the driver refuses it in a transaction.
 */
export function sessionScope(connection: Connection): SessionScope {
  return new MethodScope((current) => {
    const giveBack = [
      overrideMethod<'startSession', Client['startSession']>(
        connection.getClient(),
        'startSession',
        (original) => (options) => current()?.begin(original, options) ?? original(options),
      ),
      connection.db && readOnPrimary(connection.db, () => current() !== undefined),
      refuseOmissions(connection, () => current() !== undefined),
    ];
    return () => giveBack.forEach((one) => one?.());
  });
}

/** Has a database say so while `isInside`: its collections ask it, unless they were given a preference of their own. */
function readOnPrimary(db: mongo.Db, isInside: () => boolean): () => void {
  const prototype = Object.getPrototypeOf(db) as mongo.Db;
  Object.defineProperty(db, 'readPreference', {
    configurable: true,
    get: () => (isInside() ? mongo.ReadPreference.primary : Reflect.get(prototype, 'readPreference', db)),
  });
  return () => Reflect.deleteProperty(db, 'readPreference');
}
