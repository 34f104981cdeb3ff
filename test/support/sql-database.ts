import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { randomBytes } from 'node:crypto';
import { DataSource, type DataSourceOptions } from 'typeorm';
import type { DatabaseOptions } from './fixtures/database.js';
import type { CreateDatabase, StoredEntry, TestDatabase } from './test-database.js';

/** A database that TypeORM reaches. */
export class SqlDatabase implements TestDatabase {
  readonly options: { readonly typeorm: DataSourceOptions };
  readonly hasOneWriter: boolean;

  private constructor(
    /** A connection past the library. */
    readonly connection: DataSource,
    private readonly removal: () => Promise<void>,
  ) {
    this.options = { typeorm: connection.options };
    this.hasOneWriter = connection.options.type === 'better-sqlite3';
  }

  /** `removal`: what is left to do once the connection is closed. */
  static async open(options: DataSourceOptions, removal: () => Promise<void>): Promise<SqlDatabase> {
    return new SqlDatabase(await new DataSource(options).initialize(), removal);
  }

  at(change: (url: string) => string): DatabaseOptions {
    const { url, ...options } = this.options.typeorm as DataSourceOptions & { url: string };
    return { typeorm: { ...options, url: change(url) } as DataSourceOptions };
  }

  async createPlace(place: string): Promise<void> {
    await this.connection.query(`CREATE TABLE ${place} (value VARCHAR(20) NOT NULL)`);
  }

  async values(place: string): Promise<string[]> {
    const query = `SELECT value FROM ${place} ORDER BY value`;
    return (await this.connection.query<{ value: string }[]>(query)).map(({ value }) => value);
  }

  async entries(prefix: string): Promise<StoredEntry[]> {
    const table = `${prefix}audit_entries`;
    if (!(await this.has(table))) return [];
    const rows = await this.connection.query<(StoredEntry & { change_id: string; created_at: string })[]>(
      `SELECT * FROM ${table} ORDER BY seq`,
    );
    return rows.map((row) => ({ ...row, changeId: row.change_id, createdAt: row.created_at }));
  }

  async lock(): Promise<{ token: number; isFree: boolean }> {
    const [row] = await this.connection.query<Record<string, unknown>[]>('SELECT * FROM flamingock_locks');
    return { token: Number(row?.['token']), isFree: Number(row?.['expires_at']) === 0 };
  }

  async endLease(): Promise<void> {
    await this.connection.query('UPDATE flamingock_locks SET expires_at = 1');
  }

  async drop(): Promise<void> {
    await this.connection.destroy();
    await this.removal();
  }

  private async has(table: string): Promise<boolean> {
    const runner = this.connection.createQueryRunner();
    try {
      return await runner.hasTable(table);
    } finally {
      await runner.release();
    }
  }
}

/** An SQLite file. */
export const sqliteFile = sqliteFileWith();

/** An SQLite file to which each connection is opened in a certain way, in a folder of its own in `parent`. */
export function sqliteFileWith(
  more: Partial<DataSourceOptions> = {},
  parent = tmpdir(),
): CreateDatabase<SqlDatabase> {
  return async () => {
    const folder = mkdtempSync(join(parent, 'flamingock-database-'));
    const options = { ...more, type: 'better-sqlite3', database: join(folder, 'test.sqlite') };
    return SqlDatabase.open(options as DataSourceOptions, async () => rmSync(folder, { recursive: true }));
  };
}

/** A database on a PostgreSQL server; `through` is another way to the same server, such as a pooler. */
export function postgresDatabase(url: string, through = url): CreateDatabase<SqlDatabase> {
  return onServer(
    { type: 'postgres', url },
    // Unlike the default template, nobody can be connected to this one, which would hinder the copy.
    { creation: 'TEMPLATE template0', removal: 'WITH (FORCE)' },
    (name) => ({ type: 'postgres', url: withDatabase(through, name) }),
  );
}

/** A database on a MariaDB or MySQL server. */
export function mariadbDatabase(url: string): CreateDatabase<SqlDatabase> {
  const type = url.startsWith('mysql:') ? 'mysql' : 'mariadb';
  return onServer({ type, url }, { creation: '', removal: '' }, (name) => ({
    type,
    url: withDatabase(url, name),
  }));
}

function onServer(
  server: DataSourceOptions,
  { creation, removal }: { creation: string; removal: string },
  optionsFor: (name: string) => DataSourceOptions,
): CreateDatabase<SqlDatabase> {
  return async () => {
    const admin = await new DataSource(server).initialize();
    const name = `flamingock_${randomBytes(6).toString('hex')}`;
    await admin.query(`CREATE DATABASE ${name} ${creation}`);
    return SqlDatabase.open(optionsFor(name), async () => {
      await admin.query(`DROP DATABASE ${name} ${removal}`);
      await admin.destroy();
    });
  };
}

function withDatabase(url: string, name: string): string {
  const changed = new URL(url);
  changed.pathname = `/${name}`;
  return changed.href;
}
