import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createConnection } from 'mongoose';
import { DataSource, type DataSourceOptions } from 'typeorm';
import { typeOrmOptions } from '../participants/typeorm-options.js';
import { TABLE, type Database, type DatabaseKind } from '../participant.js';
import type { Servers } from './servers.js';

const CREATE_TABLE = `CREATE TABLE ${TABLE} (id INT PRIMARY KEY, note VARCHAR(100) NOT NULL)`;

/** Makes databases, each new and with nothing in it but the table that all changes insert into. */
export class Databases {
  private readonly folder = mkdtempSync(join(tmpdir(), 'flamingock-benchmarks-'));
  private count = 0;

  constructor(private readonly servers: Servers) {}

  async create(kind: DatabaseKind): Promise<Database> {
    this.count += 1;
    const name = `benchmark_${process.pid}_${this.count}`;
    if (kind === 'sqlite') return withTable({ kind, name, url: join(this.folder, `${name}.sqlite`) });
    const server = await this.servers.url(kind);
    if (kind === 'mongodb') return { kind, name, url: server };
    await this.onServer(kind, server, `CREATE DATABASE ${name}`);
    const url = new URL(server);
    url.pathname = name;
    return withTable({ kind, name, url: url.href });
  }

  async drop({ kind, name, url }: Database): Promise<void> {
    if (kind === 'sqlite') for (const end of ['', '-wal', '-shm']) rmSync(url + end, { force: true });
    if (kind !== 'postgres' && kind !== 'mariadb') return;
    await this.onServer(kind, await this.servers.url(kind), `DROP DATABASE ${name}`);
  }

  /** How many rows the changes have inserted. */
  async rows(database: Database): Promise<number> {
    if (database.kind === 'mongodb') return documents(database);
    return connected(typeOrmOptions(database), async (connection) => {
      const [row] = await connection.query<{ rows: string | number }[]>(
        `SELECT COUNT(*) AS "rows" FROM ${TABLE}`.replaceAll('"', database.kind === 'mariadb' ? '`' : '"'),
      );
      return Number(row?.rows);
    });
  }

  /** An empty folder of its own for one run. */
  newFolder(): string {
    return mkdtempSync(join(this.folder, 'files-'));
  }

  close(): void {
    rmSync(this.folder, { recursive: true });
  }

  private onServer(kind: DatabaseKind, url: string, statement: string): Promise<void> {
    return connected(typeOrmOptions({ kind, url, name: '' }), async (connection) => {
      await connection.query(statement);
    });
  }
}

async function withTable(database: Database): Promise<Database> {
  await connected(typeOrmOptions(database), (connection) => connection.query(CREATE_TABLE));
  return database;
}

async function documents({ url, name }: Database): Promise<number> {
  const connection = await createConnection(url, { dbName: name }).asPromise();
  try {
    return await connection.collection(TABLE).countDocuments();
  } finally {
    await connection.close();
  }
}

async function connected<T>(options: DataSourceOptions, work: (on: DataSource) => Promise<T>): Promise<T> {
  const connection = await new DataSource(options).initialize();
  try {
    return await work(connection);
  } finally {
    await connection.destroy();
  }
}
