import { FencedError, type AuditEntry } from '@nestjs-flamingock/core';
import {
  GENESIS_HASH,
  HISTORY_FORMAT,
  type AdapterHost,
  type AuditBatch,
  type AuditHead,
  type AuditStore,
  type HistoryQuery,
  type LockHold,
  type Settlement,
  type Transaction,
  UnstorableTextError,
} from '@nestjs-flamingock/core/adapter';
import type { DataSource } from 'typeorm';
import {
  appendAtCommit,
  appendStatements,
  headEntry,
  historyQuery,
  snapshotQuery,
} from './audit-statements.js';
import { integerOf, toEntry } from './audit-entry.row.js';
import { contextOf } from '../change/data-source-context.js';
import { serverOf } from '../database/server-of.js';
import { isTransient } from '../database/transient.js';
import type { ChangeTransaction, SqlDatabase } from '../database/database.js';
import { rowWrite } from '../sql/row-write.js';
import { LocatedTables, type TableGroup } from '../schema/located-tables.js';
import { explainGone, rowsIfThere } from '../database/expect-tables.js';
import { prepareTables } from '../schema/prepare-tables.js';
import { tableName, type Table } from '../sql/table.js';
import { auditTables, type AuditTables } from '../schema/tables.js';
import { name, sql, type Row, type Sql } from '../sql/sql.js';
import { TypeOrmLockStore } from './typeorm.lock-store.js';
import { TypeOrmRecordStore } from './typeorm.record-store.js';
import type { TableSettings } from '../typeorm.options.js';
import { transactionOn } from '../change/typeorm-transaction.js';

const PAGE_ROWS = 500;
const HISTORY = 'the audit history';

const AUDIT: TableGroup<AuditTables> = {
  define: auditTables,
  leading: ({ heads }) => heads,
  what: { kept: 'history', option: (settings) => `typeOrmAuditStore(${settings})` },
};

/** History and lock in the tables of a SQL database. */
export class TypeOrmAuditStore implements AuditStore {
  readonly lock: TypeOrmLockStore;
  readonly records: TypeOrmRecordStore;
  private readonly database: SqlDatabase;
  private readonly tables: LocatedTables<AuditTables>;

  /**
   * @throws UnsupportedDriverError for a driver without a dialect.
   * @throws TablePrefixError for a prefix that cannot begin an SQL identifier.
   * @throws SchemaUnsupportedError for a schema where there are none.
   * @throws PoolTooSmallError when the lock could not be renewed during a change.
   */
  constructor(
    readonly resource: DataSource,
    private readonly options: TableSettings,
    host?: AdapterHost,
  ) {
    this.database = contextOf(resource, host).database;
    this.database.checkPool();
    this.tables = new LocatedTables(resource, options, AUDIT);
    this.lock = new TypeOrmLockStore(resource, this.database, this.tables);
    this.records = new TypeOrmRecordStore(resource, this.database, this.tables);
  }

  /** @throws MissingTablesError when tables are missing and may not be created. */
  async prepare(): Promise<void> {
    const tables = await this.tables.get();
    await prepareTables(this.database, Object.values(tables), this.options.createTables);
  }

  isTransient(error: unknown): boolean {
    return isTransient(this.database.dialect, error);
  }

  /** Where the history is kept, in words. */
  describe(): Promise<string> {
    return this.tables.inWords();
  }

  /** What it is described by, on a server or in a folder of its own. */
  async place(): Promise<string> {
    return `${await this.describe()} on ${serverOf(this.resource)}`;
  }

  async now(): Promise<number> {
    const { rows } = await this.database.execute(sql`SELECT ${this.database.dialect.nowMs} AS store_now`);
    return Number(rows[0]?.['store_now']);
  }

  async readHead(service: string): Promise<AuditHead | undefined> {
    const { heads } = await this.tables.get();
    const [row] = await this.readBegun(
      service,
      sql`SELECT * FROM ${tableName(heads)} WHERE service = ${service}`,
    );
    return row && toHead(row);
  }

  async readSnapshot(service: string): Promise<AuditEntry[]> {
    const { entries } = await this.tables.get();
    const rows = await this.readBegun(service, snapshotQuery(this.database.dialect, entries, service));
    return Array.from(rows, toEntry);
  }

  async *readHistory(service: string, query: HistoryQuery = {}): AsyncGenerator<AuditEntry> {
    const { entries } = await this.tables.get();
    const next = query.order === 'newest-first' ? 'before' : 'after';
    let rest = query;
    for (let left = query.limit ?? Infinity; ;) {
      const rows = Math.min(left, PAGE_ROWS);
      const page = await rowsIfThere(this.database, historyQuery(entries, service, rest, rows));
      if (page.length === 0 && rest[next] === undefined) await this.tables.mustNotBeElsewhere(service);
      for (const row of page) yield toEntry(row);
      left -= page.length;
      if (page.length < rows || left === 0) return;
      rest = { ...rest, [next]: Number(page.at(-1)?.['seq']) };
    }
  }

  async claimHead(hold: LockHold): Promise<AuditHead> {
    const { heads } = await this.tables.get();
    const { service, token, owner } = hold;
    const write = rowWrite(heads, hold);
    const { dialect } = this.database;
    const writer = dialect.writer(write);
    const highest = dialect.greatest(name(heads.name, 'format'), HISTORY_FORMAT);
    const upsert = {
      table: heads,
      key: { service },
      insert: { token, owner, seq: 0, hash: GENESIS_HASH, writer, format: HISTORY_FORMAT },
      update: { token, owner, writer, format: sql`COALESCE(${highest}, ${HISTORY_FORMAT})` },
      onlyWhile: { column: 'token', atMost: token, owner },
    };
    const row = await this.database.claim(upsert, write);
    const head = row && toHead(row);
    if (head?.token !== token || head.owner !== owner) throw new FencedError(service, token, HISTORY);
    this.admit(heads, hold);
    return head;
  }

  /**
   * Inside `tx`, ends the change: nothing of it runs after its entries.
   *
   * @throws ForeignTransactionError when `tx` is not one of this store's DataSource;
   * TablesDroppedError when the change has dropped the tables.
   */
  async append(batch: AuditBatch, tx?: Transaction): Promise<void> {
    const writing = tx ? this.appendInside(tx, batch) : this.appendAlone(batch);
    const written = await writing.catch((cause: unknown) => {
      throw this.explained(cause);
    });
    if (!written) throw new FencedError(batch.hold.service, batch.hold.token, HISTORY);
  }

  async settle({ service, token, owner }: LockHold, settled: Settlement): Promise<void> {
    const { heads } = await this.tables.get();
    await this.database.execute(
      sql`UPDATE ${tableName(heads)} SET settled_seq = ${settled.seq}, settled_digest = ${settled.digest} WHERE service = ${service} AND token = ${token} AND owner = ${owner} AND seq = ${settled.seq}`,
    );
  }

  private explained(cause: unknown): unknown {
    const { dialect } = this.database;
    const isUnstorable = dialect.classifyError(cause) === 'unstorable';
    return isUnstorable ? new UnstorableTextError(cause) : explainGone(dialect, cause);
  }

  private async appendAlone(batch: AuditBatch): Promise<boolean> {
    const tables = await this.tables.get();
    const [first, ...rest] = appendStatements(this.database.dialect, tables, batch);
    return this.database.atomically(first, rest);
  }

  private async appendInside(tx: Transaction, batch: AuditBatch): Promise<boolean> {
    const own = transactionOn(this.resource, tx);
    const tables = await this.tables.get();
    const transaction = await own.seal();
    if (this.leaveToCommit(transaction, tables, batch)) return true;
    const [first, ...rest] = appendStatements(this.database.dialect, tables, batch);
    const { affected } = await transaction.execute(first);
    if (affected === 0) return false;
    for (const statement of rest) await transaction.execute(statement);
    return true;
  }

  /** Where the transaction holds the head, and the batch follows it, nothing can come between them any more. */
  private leaveToCommit(transaction: ChangeTransaction, tables: AuditTables, batch: AuditBatch): boolean {
    const { token, seq } = transaction.admitted ?? {};
    if (integerOf(token) !== batch.hold.token || integerOf(seq) !== batch.entries[0].seq - 1) return false;
    const statement = appendAtCommit(this.database.dialect, tables, batch);
    if (!statement || !transaction.commitWith) return false;
    transaction.commitWith(statement);
    return true;
  }

  /** From now on the service's changes on this DataSource run in the name of this holder. */
  private admit(heads: Table, hold: LockHold): void {
    const { dialect } = this.database;
    const { service, token } = hold;
    contextOf(this.resource).admissions.set(service, {
      statement: () => headEntry(dialect, heads, hold),
      refusal: () => new FencedError(service, token, HISTORY),
    });
  }

  /** Where nothing is found, nothing was ever recorded: not here, and not elsewhere either. */
  private async readBegun(service: string, query: Sql): Promise<readonly Row[]> {
    const rows = await rowsIfThere(this.database, query);
    if (rows.length === 0) await this.tables.mustNotBeElsewhere(service);
    return rows;
  }
}

function toHead(row: Row): AuditHead {
  const digest = row['settled_digest'];
  return {
    token: integerOf(row['token']),
    owner: row['owner'] ?? null,
    format: integerOf(row['format'] ?? 1),
    seq: integerOf(row['seq']),
    hash: row['hash'],
    settled: typeof digest === 'string' ? { seq: integerOf(row['settled_seq']), digest } : null,
  } as AuditHead;
}
