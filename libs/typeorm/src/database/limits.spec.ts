import { nodeHost, type AdapterHost, type Runtime } from '@nestjs-flamingock/core/adapter';
import { holdOf, ManualRuntime } from '@nestjs-flamingock/testing';
import { setTimeout as delay } from 'node:timers/promises';
import type { DataSource, QueryRunner } from 'typeorm';
import type { TypeOrmAuditStore } from '../audit/typeorm.audit-store.js';
import { describeOnServers } from '../fixtures/describe-engines.js';
import { auditStore } from '../fixtures/open.js';
import type { TestDatabase } from '../fixtures/test-database.js';
import { ConnectionHangsError, RowHeldError } from '../typeorm.errors.js';

const SERVICE = 'inventory';
/** Between two looks for a transaction that is in the way. */
const LOOK_MS = 200;

await describeOnServers('the limits of the host', (open, engine) => {
  let database: TestDatabase;
  let dataSource: DataSource;
  let store: TypeOrmAuditStore;
  let clock: ManualRuntime;
  let other: QueryRunner;
  /** Lengths of the timers that were begun. */
  let timers: number[];

  beforeEach(async () => {
    database = await open();
    dataSource = await database.connect({ poolSize: 4 });
    clock = new ManualRuntime();
    timers = [];
    store = auditStore(dataSource);
    await store.prepare();
    await store.claimHead(holdOf(1, SERVICE));
    other = (await database.connect()).createQueryRunner();
  });

  afterEach(async () => {
    await other.release();
    await database.remove();
  });

  /** Has the clock of a test, and says which timers are begun. */
  function useLimits(limits: Partial<AdapterHost['limits']>): void {
    const runtime: Runtime = {
      ...nodeHost.runtime,
      monotonicMs: () => clock.monotonicMs(),
      timer(ms, ring) {
        timers.push(ms);
        return clock.timer(ms, ring);
      },
    };
    store = auditStore(dataSource, {}, { runtime, limits: { ...nodeHost.limits, ...limits } });
  }

  /** Name of a table of ours, as the application writes it. */
  const table = (name: string): string => {
    const { schema } = dataSource.options as { schema?: string };
    return schema === undefined ? name : `"${schema}".${name}`;
  };

  async function untilBegun(ms: number): Promise<void> {
    while (!timers.includes(ms)) await delay(5);
  }

  const waitsBegun = (): number => timers.filter((ms) => ms === LOOK_MS).length;

  it.each([500, 120_000])('give an answer %i milliseconds', async (answerMs) => {
    const heads = table('flamingock_audit_heads');
    if (engine === 'MariaDB') await other.query(`LOCK TABLES ${heads} WRITE`);
    else await other.startTransaction();
    if (engine !== 'MariaDB') await other.query(`LOCK TABLE ${heads} IN ACCESS EXCLUSIVE MODE`);
    useLimits({ answerMs });
    const seen: { failure?: unknown } = {};
    const reading = store.readHead(SERVICE).catch((error: unknown) => (seen.failure = error));
    await untilBegun(answerMs);
    await clock.advance(answerMs - 1);
    expect(seen.failure).toBeUndefined();
    await clock.advance(1);
    await reading;
    expect(seen.failure).toEqual(new ConnectionHangsError(answerMs));
    await (engine === 'MariaDB' ? other.query('UNLOCK TABLES') : other.rollbackTransaction());
  });

  it.each([1_000, 45_000])(
    'wait %i milliseconds for a transaction that cannot be ended',
    async (takeOverMs) => {
      await other.startTransaction();
      await other.query(`SELECT 1 FROM ${table('flamingock_audit_heads')} FOR UPDATE`);
      useLimits({ takeOverMs });
      const seen: { failure?: unknown } = {};
      const claiming = store.claimHead(holdOf(2, SERVICE)).catch((error: unknown) => (seen.failure = error));
      const isWaiting = () => seen.failure === undefined;
      for (let waits = 1; isWaiting(); waits += 1) {
        while (isWaiting() && waitsBegun() < waits) await delay(1);
        await clock.advance(LOOK_MS);
      }
      await claiming;
      expect(seen.failure).toBeInstanceOf(RowHeldError);
      expect(waitsBegun() * LOOK_MS).toBe(takeOverMs);
      await other.rollbackTransaction();
    },
  );
});
