import { TransactionLostError } from '@nestjs-flamingock/core';
import { overrideMethod } from '@nestjs-flamingock/core/adapter';
import { TypeORMError, type QueryRunner } from 'typeorm';
import { ConnectionEndedError } from '../run.errors.js';
import { driverError } from './driver-error.js';

/** Settings of PostgreSQL that end a connection with an open transaction, by the code of the error that says so. */
const LIMITS: Readonly<Record<string, string>> = {
  '25P03': 'idle_in_transaction_session_timeout',
  '25P04': 'transaction_timeout',
};

/** The same of MySQL and MariaDB, which do not say which one it was. */
const IDLE_LIMITS =
  'wait_timeout (on MariaDB also idle_transaction_timeout and idle_write_transaction_timeout)';

/** Codes of MySQL's drivers and of Node for a connection that was lost. */
export const CONNECTION_LOST: ReadonlySet<string> = new Set([
  'PROTOCOL_CONNECTION_LOST',
  'ER_CLIENT_INTERACTION_TIMEOUT',
  'ECONNRESET',
  'EPIPE',
]);

type Release = (reason?: unknown) => Promise<void>;

/** Why the server has ended the connections of runners. A runner may have one transaction after the other. */
const ends = new WeakMap<QueryRunner, { reason: unknown }>();

/**
 * Keeps the error with which PostgreSQL ends a runner's connection between two statements: TypeORM gives the runner
 * up, and then says only that it is released.
 */
export function watchConnection(runner: QueryRunner): { readonly reason: unknown } {
  const known = ends.get(runner);
  if (known) return known;
  const end: { reason: unknown } = { reason: undefined };
  ends.set(runner, end);
  overrideMethod<'releasePostgresConnection', Release>(
    runner as unknown as Record<'releasePostgresConnection', Release>,
    'releasePostgresConnection',
    (release) => (reason) => {
      end.reason ??= reason;
      return release(reason);
    },
  );
  return end;
}

/** The error of a statement, or one that names the setting of PostgreSQL by which its connection was ended. */
export function explainPostgresEnd(changeId: string, error: unknown, ended: unknown): unknown {
  // One that the change has thrown itself stays what it is.
  const isLoss = error instanceof TypeORMError || error instanceof TransactionLostError;
  for (const cause of isLoss ? [error, ended] : []) {
    const setting = LIMITS[String(driverError(cause).code)];
    if (setting === undefined) continue;
    const line = `SET LOCAL ${setting} = 0`;
    return new ConnectionEndedError(changeId, { setting, line }, cause);
  }
  return error;
}

/** The error of a statement, or one that names the settings of MySQL and MariaDB by which its connection may have been ended. */
export function explainMysqlEnd(changeId: string, error: unknown): unknown {
  if (!(error instanceof TypeORMError)) return error;
  const { code, message } = driverError(error);
  const isEnded =
    CONNECTION_LOST.has(String(code)) || String(message).includes('connection is in closed state');
  if (!isEnded) return error;
  const line = 'SET SESSION wait_timeout = 28800';
  return new ConnectionEndedError(changeId, { setting: IDLE_LIMITS, line }, error);
}
