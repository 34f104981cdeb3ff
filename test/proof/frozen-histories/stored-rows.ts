import type { AuditEntry, LockRecord } from '@nestjs-flamingock/core';
import type { AuditHead } from '@nestjs-flamingock/core/adapter';
import type { InMemoryDatabase } from '@nestjs-flamingock/testing';
import { mongo, type Connection } from 'mongoose';
import type { DataSource } from 'typeorm';

const { EJSON } = mongo.BSON;

/** Tables, or collections, of a history, without prefix. */
const TABLES = ['audit_entries', 'audit_heads', 'locks'] as const;

/** A row, or document, as a database has it. */
export type StoredRow = Record<string, unknown>;

/** All of a history. */
export type StoredRows = Record<(typeof TABLES)[number], StoredRow[]>;

/** A way past the library to the rows of a history, whose tables are there. */
export interface RowAccess {
  /** All rows, entries by service and place. */
  read(): Promise<StoredRows>;
  /** Puts the rows into tables that are empty. */
  insert(rows: StoredRows): Promise<void>;
}

/** The tables of a SQL database. */
export function rowsOfTables(connection: DataSource): RowAccess {
  const mark = (index: number) => (connection.options.type === 'postgres' ? `$${index + 1}` : '?');
  const all = (table: string, order: string) =>
    connection.query<StoredRow[]>(`SELECT * FROM flamingock_${table} ORDER BY ${order}`);
  return {
    read: async () => ({
      audit_entries: await all('audit_entries', 'service, seq'),
      audit_heads: await all('audit_heads', 'service'),
      locks: await all('locks', 'service'),
    }),
    async insert(rows) {
      for (const table of TABLES)
        for (const row of rows[table]) {
          const columns = Object.keys(row);
          await connection.query(
            `INSERT INTO flamingock_${table} (${columns.join()}) VALUES (${columns.map((_, index) => mark(index)).join()})`,
            Object.values(row),
          );
        }
    },
  };
}

/** The collections of a MongoDB database; what JSON has no type for is spelled as in extended JSON. */
export function rowsOfCollections(connection: Connection): RowAccess {
  const collection = (table: string) => connection.collection(`flamingock_${table}`);
  const all = async (table: string, ...order: string[]) => {
    const found = collection(table)
      .find()
      .sort([...order]);
    return EJSON.serialize(await found.toArray()) as unknown as StoredRow[];
  };
  return {
    read: async () => ({
      audit_entries: await all('audit_entries', 'service', 'seq'),
      audit_heads: await all('audit_heads', '_id'),
      locks: await all('locks', '_id'),
    }),
    async insert(rows) {
      for (const table of TABLES)
        await collection(table).insertMany(rows[table].map((row) => EJSON.deserialize(row) as StoredRow));
    },
  };
}

/** The tables in memory. */
export function rowsInMemory(database: InMemoryDatabase): RowAccess {
  return {
    read: () =>
      database.read('read', ({ entries, heads, locks }) => ({
        audit_entries: [...entries.values()].flat().map((entry) => ({ ...entry })),
        audit_heads: [...heads].map(([service, head]) => ({ service, ...head })),
        locks: [...locks.values()].map((lock) => ({ ...lock })),
      })),
    insert: (rows) =>
      database.write('insert', ({ entries, heads, locks }) => {
        for (const row of rows.audit_entries as unknown as AuditEntry[])
          entries.set(row.service, [...(entries.get(row.service) ?? []), row]);
        for (const { service, ...head } of rows.audit_heads as unknown as (AuditHead & { service: string })[])
          heads.set(service, head);
        for (const lock of rows.locks as unknown as LockRecord[]) locks.set(lock.service, lock);
      }),
  };
}
