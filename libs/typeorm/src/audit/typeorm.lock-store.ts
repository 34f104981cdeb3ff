import type { LockRecord } from '@nestjs-flamingock/core';
import type {
  LockAcquisition,
  LockClaim,
  LockHold,
  LockReading,
  LockRenewal,
  LockStore,
  Transaction,
} from '@nestjs-flamingock/core/adapter';
import type { DataSource } from 'typeorm';
import type { SqlDatabase } from '../database/database.js';
import { expectTables, rowsIfThere } from '../database/expect-tables.js';
import type { LocatedTables } from '../schema/located-tables.js';
import { columnsOf, tableName } from '../sql/table.js';
import type { AuditTables } from '../schema/tables.js';
import { name, sql, type Row, type Sql } from '../sql/sql.js';
import { TypeOrmTransaction } from '../change/typeorm-transaction.js';

/** Short, because the caller asks again: a busy database counts as a held lock. */
const ACQUIRE_PATIENCE_MS = 250;

/** Part of the lease that a renewal may take. */
const RENEWAL_FRACTION = 1 / 4;

/** `expires_at` of a released lock, which an expired one never has: it cannot be renewed. */
const RELEASED = 0;

/** One row per service in the table of locks. */
export class TypeOrmLockStore implements LockStore {
  constructor(
    private readonly resource: DataSource,
    private readonly database: SqlDatabase,
    private readonly tables: LocatedTables<AuditTables>,
  ) {}

  async acquire(claim: LockClaim): Promise<LockAcquisition> {
    const { heartbeat } = this.database;
    // The very connection that takes the lock is the one to renew it.
    heartbeat?.keep(claim.owner, claim.leaseMs);
    let answer: LockAcquisition = { acquired: false, holder: undefined };
    try {
      answer = await this.ask(claim);
    } catch (error) {
      if (this.database.dialect.classifyError(error) !== 'busy') throw error;
    } finally {
      if (!answer.acquired) await heartbeat?.end(claim.owner);
    }
    return answer;
  }

  async renew(hold: LockHold, leaseMs: number): Promise<LockRenewal> {
    const { nowMs, counted } = this.database.dialect;
    const { locks } = await this.tables.get();
    const expiresAt = counted(sql`${nowMs} + ${leaseMs}`);
    // Early enough for another try, on another connection, before the lease ends.
    const atMostMs = leaseMs * RENEWAL_FRACTION;
    const { heartbeat = this.database } = this.database;
    const renewing = heartbeat
      .within(atMostMs)
      .execute(sql`UPDATE ${tableName(locks)} SET expires_at = ${expiresAt} WHERE ${held(hold)}`);
    const { affected } = await expectTables(this.database.dialect, renewing);
    if (affected === 0) {
      await this.database.heartbeat?.end(hold.owner);
      return 'lost';
    }
    this.database.heartbeat?.keep(hold.owner, leaseMs);
    return 'renewed';
  }

  async release(hold: LockHold): Promise<void> {
    const { locks } = await this.tables.get();
    try {
      await this.database.execute(
        sql`UPDATE ${tableName(locks)} SET expires_at = ${RELEASED} WHERE ${held(hold)}`,
      );
    } finally {
      await this.database.heartbeat?.end(hold.owner);
    }
  }

  isHeldBy(tx: Transaction): boolean {
    const { oneWriter } = this.database.dialect;
    return oneWriter && tx instanceof TypeOrmTransaction && tx.resource === this.resource;
  }

  async read(service: string): Promise<LockReading | undefined> {
    const row = await this.find(service);
    if (row) return { ...toRecord(row), storeNow: Number(row['store_now']) };
    await this.tables.mustNotBeElsewhere(service);
    return undefined;
  }

  private async find(service: string): Promise<Row | undefined> {
    const { nowMs } = this.database.dialect;
    const { locks } = await this.tables.get();
    const query = sql`SELECT ${columnsOf(locks)}, ${nowMs} AS store_now FROM ${tableName(locks)} WHERE service = ${service}`;
    const [row] = await rowsIfThere(this.database, query);
    return row;
  }

  private async ask(claim: LockClaim): Promise<LockAcquisition> {
    const row = await this.take(claim);
    if (!row) return { acquired: false, holder: await this.holderOf(claim.service) };
    const hold = toRecord(row);
    // Taken, expired and taken by another one since.
    if (hold.owner !== claim.owner) return { acquired: false, holder: hold };
    return { acquired: true, token: hold.token, storeNow: hold.acquiredAt };
  }

  private async holderOf(service: string): Promise<LockRecord | undefined> {
    const reading = await this.read(service);
    if (!reading) return undefined;
    const { storeNow, ...record } = reading;
    return record;
  }

  private async take({ service, owner, host, pid, leaseMs, floor = 0 }: LockClaim): Promise<Row | undefined> {
    const { dialect } = this.database;
    const { nowMs } = dialect;
    const { locks } = await this.tables.get();
    const hold = { owner, host, pid, acquired_at: nowMs, expires_at: sql`${nowMs} + ${leaseMs}` };
    return dialect.upsert(this.database.within(ACQUIRE_PATIENCE_MS), {
      table: locks,
      key: { service },
      insert: { ...hold, token: floor + 1 },
      update: { ...hold, token: sql`${dialect.greatest(name(locks.name, 'token'), floor)} + 1` },
      onlyWhile: { column: 'expires_at', atMost: nowMs },
    });
  }
}

function held({ service, token, owner }: LockHold): Sql {
  return sql`service = ${service} AND token = ${token} AND owner = ${owner} AND expires_at > ${RELEASED}`;
}

function toRecord(row: Row): LockRecord {
  return {
    service: String(row['service']),
    owner: String(row['owner']),
    host: String(row['host']),
    pid: Number(row['pid']),
    token: Number(row['token']),
    acquiredAt: Number(row['acquired_at']),
    expiresAt: Number(row['expires_at']),
  };
}
