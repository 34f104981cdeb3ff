import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { randomBytes } from 'node:crypto';
import { DataSource, type DataSourceOptions } from 'typeorm';

/** A database of one suite's own. */
export interface TestDatabase {
  readonly options: DataSourceOptions;
  /** A connection past the library. */
  readonly connection: DataSource;
  drop(): Promise<void>;
}

/** Makes an empty database on a server, or a file. */
export type CreateDatabase = () => Promise<TestDatabase>;

/** An SQLite file. */
export const sqliteFile: CreateDatabase = async () => {
  const folder = mkdtempSync(join(tmpdir(), 'flamingock-database-'));
  const options: DataSourceOptions = { type: 'better-sqlite3', database: join(folder, 'test.sqlite') };
  const connection = await new DataSource(options).initialize();
  const drop = async () => {
    await connection.destroy();
    rmSync(folder, { recursive: true });
  };
  return { options, connection, drop };
};

/** A database on a PostgreSQL server; `through` is another way to the same server, such as a pooler. */
export function postgresDatabase(url: string, through = url): CreateDatabase {
  return onServer(
    { type: 'postgres', url },
    // Unlike the default template, nobody can be connected to this one, which would hinder the copy.
    { creation: 'TEMPLATE template0', removal: 'WITH (FORCE)' },
    (name) => ({ type: 'postgres', url: withDatabase(through, name) }),
  );
}

/** A database on a MariaDB or MySQL server. */
export function mariadbDatabase(url: string): CreateDatabase {
  return onServer({ type: 'mariadb', url }, { creation: '', removal: '' }, (name) => ({
    type: 'mariadb',
    url: withDatabase(url, name),
  }));
}

function onServer(
  server: DataSourceOptions,
  { creation, removal }: { creation: string; removal: string },
  optionsFor: (name: string) => DataSourceOptions,
): CreateDatabase {
  return async () => {
    const admin = await new DataSource(server).initialize();
    const name = `flamingock_${randomBytes(6).toString('hex')}`;
    await admin.query(`CREATE DATABASE ${name} ${creation}`);
    const options = optionsFor(name);
    const connection = await new DataSource(options).initialize();
    const drop = async () => {
      await connection.destroy();
      await admin.query(`DROP DATABASE ${name} ${removal}`);
      await admin.destroy();
    };
    return { options, connection, drop };
  };
}

function withDatabase(url: string, name: string): string {
  const changed = new URL(url);
  changed.pathname = `/${name}`;
  return changed.href;
}
