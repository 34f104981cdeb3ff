import type { DataSource } from 'typeorm';
import type { SqliteHandle } from './sqlite/sqlite-handle.js';

/** As much of a driver as is looked at: one of a server keeps what it was told when it connected. */
interface VersionedDriver {
  readonly version?: string;
  readonly databaseConnection?: SqliteHandle;
}

/** Version of the server behind a DataSource, or of SQLite. Asks no server. */
export function serverVersionOf({ driver }: DataSource): string | undefined {
  const { version, databaseConnection } = driver as VersionedDriver;
  if (version !== undefined) return version;
  const [row] = databaseConnection?.prepare('SELECT sqlite_version() AS version').all() ?? [];
  return row && String(row['version']);
}
