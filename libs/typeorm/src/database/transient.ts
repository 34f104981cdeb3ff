import { isConnectionFailure, saysTransient } from '@nestjs-flamingock/core/adapter';
import type { Dialect } from '../sql/dialect.js';
import { driverError, type DriverError } from './driver-error.js';
import { CONNECTION_LOST } from './ended-connection.js';

/** What drivers say of a connection without a code of its own. */
const LOST =
  /connection terminated|connection is in closed state|connection error and is not queryable|timeout exceeded when trying to connect/i;

/**
 * PostgreSQL: connection exceptions, insufficient resources, a server that is shutting down or starting, a commit that
 * was not answered, and a standby that is about to be promoted.
 */
const POSTGRES = /^(?:08...|53...|57P0[123]|40003|25006)$/;

/** SQLite: a file that others have, a disk that is full or does not answer. */
const SQLITE = /^SQLITE_(?:BUSY|LOCKED|FULL|IOERR)/;

/**
 * MySQL and MariaDB: too many connections, a server that is shutting down, one that ended the connection, and one that
 * is read-only because it is about to be promoted.
 */
const MYSQL: readonly unknown[] = [1040, 1053, 1203, 1290, 1836, 1927];

/** TypeORM gives the runner of a connection that was lost up, and from then on says only that it is released. */
const GIVEN_UP = 'QueryRunnerAlreadyReleasedError';

/** What `isTransient` of store and target system answers, by the error's shape. */
export function isTransient(dialect: Dialect, error: unknown): boolean {
  const said = saysTransient(error);
  if (said !== undefined) return said;
  if (dialect.classifyError(error) === 'busy' || isConnectionFailure(error)) return true;
  const {
    code,
    errno,
    message,
    name: kind,
  } = driverError(error) as DriverError & { readonly name?: unknown };
  const name = String(code);
  return (
    kind === GIVEN_UP ||
    MYSQL.includes(errno) ||
    CONNECTION_LOST.has(name) ||
    POSTGRES.test(name) ||
    SQLITE.test(name) ||
    LOST.test(String(message))
  );
}
