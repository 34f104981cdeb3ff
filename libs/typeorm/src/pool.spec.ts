import { auditEntries, holdOf } from '@nestjs-flamingock/testing';
import type { DataSource, QueryRunner } from 'typeorm';
import { describeOnServers } from './fixtures/describe-engines.js';
import { Note } from './fixtures/note.entity.js';
import { insertOf, keysOf, note } from './fixtures/notes.js';
import { auditStore, CHANGE, managerOf, targetSystem } from './fixtures/open.js';
import type { TestDatabase } from './fixtures/test-database.js';
import { QUERY_RUNNER } from './inject-query-runner.decorator.js';
import { OpenTransactionError, PoolTooSmallError } from './typeorm.errors.js';

const { service } = CHANGE;
const hold = { service, token: 1, owner: 'a' };
const claim = { service, owner: 'a', host: 'h', pid: 1, leaseMs: 60_000 };

let database: TestDatabase;

afterEach(() => database.remove());

interface Pool {
  /** pg-pool's. */
  totalCount?: number;
  idleCount?: number;
  /** mysql2's. */
  _allConnections?: { length: number };
  _freeConnections?: { length: number };
}

/** Connections of the DataSource's pool that somebody has taken. */
function inUse({ driver }: DataSource): number {
  const { master, pool } = driver as { master?: Pool; pool?: Pool };
  const { totalCount, idleCount, _allConnections, _freeConnections } = (master ?? pool)!;
  return (totalCount ?? _allConnections!.length) - (idleCount ?? _freeConnections!.length);
}

await describeOnServers('the pool', (open, engine) => {
  let dataSource: DataSource;

  beforeEach(async () => {
    database = await open();
    dataSource = await database.connect({ poolSize: 3 });
  });

  it('of one connection is refused, with the number that it takes', async () => {
    const one = await database.connect({ poolSize: 1 });
    expect(() => auditStore(one)).toThrow(PoolTooSmallError);
    expect(() => auditStore(one)).toThrow(/poolSize to 2/);
    const limit = engine === 'MariaDB' ? { connectionLimit: 1 } : { max: 1 };
    const extra = await database.connect({ poolSize: 5, extra: limit });
    expect(() => auditStore(extra)).toThrow(PoolTooSmallError);
  });

  it('of two is enough for a change, its heartbeat, its entries and a reader', async () => {
    const two = await database.connect({ poolSize: 2 });
    const store = auditStore(two);
    await store.prepare();
    expect(await store.lock.acquire(claim)).toMatchObject({ acquired: true });
    await store.claimHead(holdOf(1, service));
    const outcome = await targetSystem(two).transaction(CHANGE, async (handles, tx) => {
      await managerOf(handles).save(Note, note('x'));
      const beside = [store.lock.renew(hold, 60_000), store.readHead(service), store.lock.read(service)];
      expect((await Promise.all(beside))[0]).toBe('renewed');
      await store.append({ hold: holdOf(1, service), entries: auditEntries(undefined, { service }) }, tx);
    });
    expect(outcome).toEqual({ status: 'committed' });
  });

  it('lends two connections at most, whatever happens at the same time', async () => {
    const store = auditStore(dataSource);
    const target = targetSystem(dataSource);
    await store.prepare();
    let most = 0;
    const watch = setInterval(() => (most = Math.max(most, inUse(dataSource))), 1);
    const changes = ['a', 'b', 'c'].map((key) =>
      target.transaction(CHANGE, async (handles) => {
        await managerOf(handles).save(Note, note(key));
        most = Math.max(most, inUse(dataSource));
      }),
    );
    const reads = Array.from({ length: 20 }, () => store.readHead(service));
    const outcomes = await Promise.all(changes);
    await Promise.all(reads);
    clearInterval(watch);
    expect(outcomes.map(({ status }) => status)).toEqual(['committed', 'committed', 'committed']);
    expect(most).toBe(2);
    expect(inUse(dataSource)).toBe(0);
  });

  const runnerOf = (handles: ReadonlyMap<unknown, unknown>) => handles.get(QUERY_RUNNER) as QueryRunner;

  it('of three gets back what twelve changes outside transactions took', async () => {
    const target = targetSystem(dataSource);
    for (let round = 0; round < 12; round += 1) {
      const running = target.run(CHANGE, async (handles) => {
        await runnerOf(handles).query(insertOf(dataSource, `k${round}`));
        if (round % 4 === 1) throw new RangeError();
        if (round % 4 === 2) await runnerOf(handles).release();
      });
      if (round % 4 === 1) await expect(running).rejects.toBeInstanceOf(RangeError);
      else await running;
      expect(inUse(dataSource)).toBe(0);
    }
    expect(await keysOf(dataSource)).toHaveLength(12);
  });

  const LEFT_OPEN: Record<string, (runner: QueryRunner) => Promise<unknown>> = {
    startTransaction: (runner) => runner.startTransaction(),
    'a statement': (runner) => runner.query('START TRANSACTION'),
    ...(engine === 'MariaDB' && { autocommit: (runner) => runner.query('SET autocommit = 0') }),
  };
  for (const [title, begin] of Object.entries(LEFT_OPEN)) {
    it(`gets back, rolled back, a connection whose transaction was left open by ${title}`, async () => {
      const target = targetSystem(dataSource);
      for (let round = 0; round < 4; round += 1) {
        const running = target.run(CHANGE, async (handles) => {
          await begin(runnerOf(handles));
          await runnerOf(handles).query(insertOf(dataSource, 'x'));
        });
        await expect(running).rejects.toBeInstanceOf(OpenTransactionError);
        expect(inUse(dataSource)).toBe(0);
      }
      expect(await keysOf(dataSource)).toEqual([]);
    });
  }

  it('passes what a change throws that left a failed transaction open', async () => {
    const target = targetSystem(dataSource);
    for (let round = 0; round < 4; round += 1) {
      const running = target.run(CHANGE, async (handles) => {
        await runnerOf(handles).startTransaction();
        await runnerOf(handles).query('SELEC');
      });
      await expect(running).rejects.toThrow(/SELEC/);
    }
    expect(await keysOf(dataSource)).toEqual([]);
  });
});
