import {
  FencedError,
  GENESIS_HASH,
  type AuditBatch,
  type AuditEntry,
  type AuditHead,
  type AuditStore,
  type Settlement,
  type Transaction,
} from '@nestjs-flamingock/core';
import type { DataSource } from 'typeorm';
import { appendStatements, headMove, snapshotQuery } from './audit-statements.js';
import { toEntry } from './audit-entry.row.js';
import { contextOf } from './data-source-context.js';
import type { SqlDatabase } from './dialect/database.js';
import { prepareTables } from './schema/prepare-tables.js';
import { columnsOf } from './schema/table.js';
import { auditTables, type AuditTables } from './schema/tables.js';
import { name, sql, type Row, type Sql } from './sql.js';
import { ForeignTransactionError } from './typeorm.errors.js';
import { TypeOrmLockStore } from './typeorm-lock.store.js';
import type { TypeOrmTableOptions } from './typeorm.options.js';
import { TypeOrmTransaction } from './typeorm-transaction.js';

const PAGE_ROWS = 500;
const HISTORY = 'the audit history';

/** History and lock in the tables of a SQL database. */
export class TypeOrmAuditStore implements AuditStore {
  readonly lock: TypeOrmLockStore;
  private readonly database: SqlDatabase;
  private readonly tables: AuditTables;

  /**
   * @throws UnsupportedDriverError for a driver without a dialect.
   * @throws TablePrefixError for a prefix that cannot begin an SQL identifier.
   */
  constructor(
    readonly resource: DataSource,
    private readonly options: Required<TypeOrmTableOptions>,
  ) {
    this.database = contextOf(resource).database;
    this.tables = auditTables(options.tablePrefix);
    this.lock = new TypeOrmLockStore(resource, this.database, this.tables.locks);
  }

  /** @throws MissingTablesError when tables are missing and may not be created. */
  prepare(): Promise<void> {
    return prepareTables(this.database, Object.values(this.tables), this.options.createTables);
  }

  async readHead(service: string): Promise<AuditHead | undefined> {
    const { heads } = this.tables;
    const [row] = await this.read(
      sql`SELECT ${columnsOf(heads)} FROM ${name(heads.name)} WHERE service = ${service}`,
    );
    return row && toHead(row);
  }

  async readSnapshot(service: string): Promise<AuditEntry[]> {
    const rows = await this.read(snapshotQuery(this.tables.entries, service));
    return Array.from(rows, toEntry);
  }

  async *readHistory(service: string, afterSeq = 0): AsyncGenerator<AuditEntry> {
    const { entries } = this.tables;
    for (let last = afterSeq; ;) {
      const page = await this.read(
        sql`SELECT ${columnsOf(entries)} FROM ${name(entries.name)} WHERE service = ${service} AND seq > ${last} ORDER BY seq LIMIT ${PAGE_ROWS}`,
      );
      for (const row of page) yield toEntry(row);
      if (page.length < PAGE_ROWS) return;
      last = Number(page.at(-1)?.['seq']);
    }
  }

  async claimHead(service: string, token: number): Promise<AuditHead> {
    const { heads } = this.tables;
    const row = await this.database.dialect.upsert(this.database, {
      table: heads,
      key: { service },
      insert: { token, seq: 0, hash: GENESIS_HASH },
      update: { token },
      when: sql`${name(heads.name, 'token')} <= ${token}`,
    });
    if (!row) throw new FencedError(service, token, HISTORY);
    return toHead(row);
  }

  /** @throws ForeignTransactionError when `tx` is not one of this store's DataSource. */
  async append(batch: AuditBatch, tx?: Transaction): Promise<void> {
    const move = headMove(this.tables.heads, batch);
    const inserts = appendStatements(this.tables.entries, batch.entries);
    const written = tx
      ? await this.appendInside(tx, move, inserts)
      : await this.database.atomically(move, inserts);
    if (!written) throw new FencedError(batch.service, batch.token, HISTORY);
  }

  async settle(service: string, token: number, settled: Settlement): Promise<void> {
    await this.database.execute(
      sql`UPDATE ${name(this.tables.heads.name)} SET settled_seq = ${settled.seq}, settled_digest = ${settled.digest} WHERE service = ${service} AND token = ${token} AND seq = ${settled.seq}`,
    );
  }

  private async appendInside(tx: Transaction, move: Sql, inserts: readonly Sql[]): Promise<boolean> {
    if (!(tx instanceof TypeOrmTransaction) || tx.resource !== this.resource) {
      throw new ForeignTransactionError();
    }
    const transaction = this.database.inside(tx.queryRunner);
    const { affected } = await transaction.execute(move);
    if (affected === 0) return false;
    for (const insert of inserts) await transaction.execute(insert);
    return true;
  }

  /** Nothing was ever recorded while there are no tables. */
  private async read(query: Sql): Promise<readonly Row[]> {
    try {
      return (await this.database.execute(query)).rows;
    } catch (error) {
      if (this.database.dialect.isMissingTable(error)) return [];
      throw error;
    }
  }
}

function toHead(row: Row): AuditHead {
  const digest = row['settled_digest'];
  return {
    token: Number(row['token']),
    seq: Number(row['seq']),
    hash: String(row['hash']),
    settled: typeof digest === 'string' ? { seq: Number(row['settled_seq']), digest } : null,
  };
}
