import { FencedError } from '@nestjs-flamingock/core';
import type {
  LockHold,
  NewRecord,
  RecordCondition,
  RecordKey,
  RecordPage,
  RecordStore,
  StoredRecord,
  Transaction,
} from '@nestjs-flamingock/core/adapter';
import type { DataSource } from 'typeorm';
import { transactionOn } from '../change/typeorm-transaction.js';
import type { SqlDatabase } from '../database/database.js';
import { expectTables, rowsIfThere } from '../database/expect-tables.js';
import type { LocatedTables } from '../schema/located-tables.js';
import type { AuditTables } from '../schema/tables.js';
import type { SqlExecutor } from '../sql/dialect.js';
import { sql, type Row } from '../sql/sql.js';
import {
  carries,
  recordDelete,
  recordInsert,
  recordQuery,
  recordsQuery,
  recordUpdate,
} from './record-statements.js';

/** One row per record. */
export class TypeOrmRecordStore implements RecordStore {
  constructor(
    private readonly resource: DataSource,
    private readonly database: SqlDatabase,
    private readonly tables: LocatedTables<AuditTables>,
  ) {}

  async read(key: RecordKey): Promise<StoredRecord | undefined> {
    const { records } = await this.tables.get();
    const [row] = await rowsIfThere(this.database, recordQuery(records, key));
    return row && toRecord(row);
  }

  async list(service: string, kind: string, page: RecordPage = {}): Promise<readonly StoredRecord[]> {
    const { records } = await this.tables.get();
    return Array.from(await rowsIfThere(this.database, recordsQuery(records, service, kind, page)), toRecord);
  }

  write(record: NewRecord, condition: RecordCondition, tx?: Transaction): Promise<boolean> {
    const { dialect } = this.database;
    return this.decide(condition.hold, tx, async (on, tables) => {
      if (condition.ifVersion === 0)
        return dialect.write(on, recordInsert(dialect, tables, record, condition.hold));
      return (await on.execute(recordUpdate(dialect, tables, record, condition))).affected > 0;
    });
  }

  remove(key: RecordKey, condition: RecordCondition, tx?: Transaction): Promise<boolean> {
    const { dialect } = this.database;
    return this.decide(condition.hold, tx, async (on, tables) => {
      return (await on.execute(recordDelete(dialect, tables, key, condition))).affected > 0;
    });
  }

  /** The statement decides; where it wrote nothing, the head tells why. */
  private async decide(
    hold: LockHold | undefined,
    tx: Transaction | undefined,
    act: (on: SqlExecutor, tables: AuditTables) => Promise<boolean>,
  ): Promise<boolean> {
    const tables = await this.tables.get();
    const on = tx ? await transactionOn(this.resource, tx).seal() : this.database;
    const { dialect } = this.database;
    const isDone = await expectTables(dialect, act(on, tables));
    if (isDone || !hold) return isDone;
    const { rows } = await on.execute(sql`SELECT 1 AS held ${carries(dialect, tables.heads, hold)}`);
    if (rows.length === 0) throw new FencedError(hold.service, hold.token, 'the records');
    return false;
  }
}

function toRecord(row: Row): StoredRecord {
  return {
    service: String(row['service']),
    kind: String(row['kind']),
    key: String(row['record_key']),
    value: String(row['value']),
    version: Number(row['version']),
    updatedAt: Number(row['updated_at']),
  };
}
