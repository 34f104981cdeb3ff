import { FencedError } from '@nestjs-flamingock/core';
import type { LockHold, Marker, MarkerStore, TargetFence } from '@nestjs-flamingock/core/adapter';
import { integerOf } from '../audit/audit-entry.row.js';
import type { DataSource } from 'typeorm';
import { contextOf } from '../change/data-source-context.js';
import type { SqlDatabase } from '../database/database.js';
import type { SqlExecutor } from '../sql/dialect.js';
import { rowWrite } from '../sql/row-write.js';
import { expectTables, rowsIfThere } from '../database/expect-tables.js';
import { LocatedTables } from '../schema/located-tables.js';
import { prepareTables } from '../schema/prepare-tables.js';
import { columnsOf, tableName, type Table } from '../sql/table.js';
import { auditTables, targetTables, type TargetTables } from '../schema/tables.js';
import { list, sql, type Row } from '../sql/sql.js';
import { SharedFileError } from '../sqlite.errors.js';
import type { TableSettings } from '../typeorm.options.js';

/** Markers and fences in tables of the target system's own database. */
export class TypeOrmMarkerStore implements MarkerStore {
  private readonly database: SqlDatabase;
  private readonly tables: LocatedTables<TargetTables>;
  /** Of an audit store with the same prefix, in the same file of SQLite. */
  private readonly locks: Table;

  /** @throws TablePrefixError for a prefix that cannot begin an SQL identifier. */
  constructor(
    private readonly targetSystem: string,
    dataSource: DataSource,
    private readonly options: TableSettings,
  ) {
    this.database = contextOf(dataSource).database;
    this.tables = new LocatedTables(dataSource, options, {
      define: targetTables,
      leading: ({ fences }) => fences,
      what: {
        kept: 'fence',
        option: (settings) => `typeOrmTargetSystem('${targetSystem}', ${settings})`,
      },
    });
    this.locks = auditTables({ tablePrefix: options.tablePrefix }).locks;
  }

  /** @throws MissingTablesError when tables are missing and may not be created. */
  async prepare(): Promise<void> {
    const tables = await this.tables.get();
    await prepareTables(this.database, Object.values(tables), this.options.createTables);
  }

  /** @throws HistoryElsewhereError */
  async look(service: string): Promise<TargetFence | undefined> {
    const fence = await this.find(service);
    if (!fence) await this.tables.mustNotBeElsewhere(service);
    return fence;
  }

  claim(hold: LockHold): Promise<void> {
    return this.raiseFence(hold);
  }

  async read(hold: LockHold, changeId: string): Promise<Marker | undefined> {
    await this.raiseFence(hold);
    const { service } = hold;
    const { markers } = await this.tables.get();
    const { rows } = await this.database.execute(
      sql`SELECT ${columnsOf(markers)} FROM ${tableName(markers)} WHERE service = ${service} AND change_id = ${changeId}`,
    );
    return rows[0] && toMarker(rows[0]);
  }

  async list(service: string): Promise<readonly Marker[]> {
    const { markers } = await this.tables.get();
    const rows = await rowsIfThere(
      this.database,
      sql`SELECT * FROM ${tableName(markers)} WHERE service = ${service}`,
    );
    return Array.from(rows, toMarker);
  }

  async clear({ service, token, owner }: LockHold, changeIds: readonly string[]): Promise<void> {
    if (changeIds.length === 0) return;
    const mine = sql`(token < ${token} OR (token = ${token} AND owner = ${owner}))`;
    const { markers } = await this.tables.get();
    await this.database.execute(
      sql`DELETE FROM ${tableName(markers)} WHERE service = ${service} AND ${mine} AND change_id IN (${list(changeIds)})`,
    );
  }

  /**
   * Raises the fence to the hold; inside a transaction, keeps others out until it ends.
   *
   * @throws FencedError when it is already higher, or carries this token for another owner.
   */
  async raiseFence({ service, token, owner }: LockHold, inside?: SqlExecutor): Promise<void> {
    const { fences } = await this.tables.get();
    const write = rowWrite(fences, { service, token });
    const writer = this.database.dialect.writer(write);
    const upsert = {
      table: fences,
      key: { service },
      insert: { token, owner, writer },
      update: { token, owner, writer },
      onlyWhile: { column: 'token', atMost: token, owner },
    };
    const row = await expectTables(this.database.dialect, this.database.claim(upsert, write, inside));
    if (!row) throw new FencedError(service, token, `target system "${this.targetSystem}"`);
  }

  /** Writes the marker, in place of an older one of the same change. */
  async write(on: SqlExecutor, marker: Marker): Promise<void> {
    const { executionId, operation, token, owner } = marker;
    const { markers } = await this.tables.get();
    const proof = { execution_id: executionId, operation, token, owner };
    const { dialect } = this.database;
    const upsert = {
      table: markers,
      key: { service: marker.service, change_id: marker.changeId },
      insert: proof,
      update: proof,
    };
    await expectTables(dialect, dialect.write(on, upsert));
  }

  /** @throws SharedFileError where the hold that `on` belongs to is recorded in the same SQLite file, by another connection. */
  async assertApart({ token, owner }: Pick<LockHold, 'token' | 'owner'>, on: SqlExecutor): Promise<void> {
    const { dialect } = this.database;
    if (!dialect.oneWriter) return;
    try {
      const { rows } = await on.execute(
        sql`SELECT 1 FROM ${tableName(this.locks)} WHERE token = ${token} AND owner = ${owner}`,
      );
      if (rows.length > 0) throw new SharedFileError(this.targetSystem);
    } catch (error) {
      if (dialect.classifyError(error) !== 'missing-table') throw error;
    }
  }

  private async find(service: string): Promise<TargetFence | undefined> {
    const { fences, markers } = await this.tables.get();
    // A fence without the table of markers proves nothing of them.
    const query = sql`SELECT * FROM ${tableName(fences)} WHERE service = ${service} AND (SELECT COUNT(*) FROM ${tableName(markers)} WHERE service = ${service}) >= 0`;
    const [row] = await rowsIfThere(this.database, query);
    return row && ({ token: integerOf(row['token']), owner: row['owner'] ?? null } as TargetFence);
  }
}

function toMarker(row: Row): Marker {
  return {
    service: row['service'],
    changeId: row['change_id'],
    executionId: row['execution_id'],
    operation: row['operation'],
    token: Number(row['token']),
    owner: row['owner'],
  } as Marker;
}
