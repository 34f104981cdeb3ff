import { SharedHost, type AdapterHost, type LockHold } from '@nestjs-flamingock/core/adapter';
import type { Connection } from 'mongoose';
import { Database } from '../connection/database.js';
import { Fence } from '../connection/fence.js';
import { sessionScope, type SessionScope } from './session-scope.js';

/** Lets a change's transaction in: the session it runs in, and the check that comes first. */
export interface Admission {
  readonly fence: Fence;
  readonly hold: LockHold;
  /** What is guarded, in words. */
  readonly where: string;
}

/** What all stores and target systems over one connection share. */
export interface ConnectionContext {
  readonly database: Database;
  readonly host: SharedHost;
  readonly scope: SessionScope;
  /** For a service's changes that share the audit store's database, once it has claimed the head. */
  readonly admissions: Map<string, Admission>;
  /** The one fence of a collection: each holder of it has one session. */
  readonly fence: (collection: string) => Fence;
}

// Stores and target systems are built apart and must still know of each other's
// transactions on the connection; the entry lives and dies with it.
const contexts = new WeakMap<Connection, ConnectionContext>();

/**
 * The one context of a connection.
 *
 * @param given the host of an adapter that is being built
 */
export function contextOf(connection: Connection, given?: AdapterHost): ConnectionContext {
  const context = contexts.get(connection) ?? open(connection);
  context.host.take(given);
  return context;
}

function open(connection: Connection): ConnectionContext {
  const host = new SharedHost();
  const scope = sessionScope(connection);
  const database = new Database(connection, scope);
  const fences = new Map<string, Fence>();
  const context: ConnectionContext = {
    host,
    database,
    scope,
    admissions: new Map(),
    fence: (collection) => {
      const fence = fences.get(collection) ?? new Fence(database, collection, host);
      fences.set(collection, fence);
      return fence;
    },
  };
  contexts.set(connection, context);
  return context;
}
