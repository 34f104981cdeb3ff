import { OpenTransactionError } from '@nestjs-flamingock/core';
import { setImmediate } from 'node:timers/promises';
import { jest } from '@jest/globals';
import { auditEntries, holdOf } from '@nestjs-flamingock/testing';
import type { DataSource, QueryRunner } from 'typeorm';
import { describeOnServers } from '../fixtures/describe-engines.js';
import { Note } from '../fixtures/note.entity.js';
import { insertOf, keysOf, note } from '../fixtures/notes.js';
import { auditStore, CHANGE, managerOf, targetSystem } from '../fixtures/open.js';
import type { TestDatabase } from '../fixtures/test-database.js';
import { QUERY_RUNNER } from '../inject-query-runner.decorator.js';
import { PoolExhaustedError, PoolTooSmallError } from '../pool.errors.js';

const { service } = CHANGE;
const hold = { service, token: 1, owner: 'a' };
const claim = { service, owner: 'a', host: 'h', pid: 1, leaseMs: 60_000 };

let database: TestDatabase;

afterEach(() => database.remove());

interface Socket {
  destroy(): void;
}

interface Pool {
  /** pg-pool's. */
  totalCount?: number;
  idleCount?: number;
  _clients: { connection: { stream: Socket } }[];
  /** mysql2's. */
  _allConnections?: { length: number; toArray(): { stream: Socket }[] };
  _freeConnections?: { length: number };
}

function poolOf({ driver }: DataSource): Pool {
  const { master, pool } = driver as { master?: Pool; pool?: Pool };
  return (master ?? pool)!;
}

/** Connections of the DataSource's pool that somebody has taken. */
function inUse(dataSource: DataSource): number {
  const { totalCount, idleCount, _allConnections, _freeConnections } = poolOf(dataSource);
  return (totalCount ?? _allConnections!.length) - (idleCount ?? _freeConnections!.length);
}

/** Breaks every connection of the DataSource's pool. */
function breakAll(dataSource: DataSource): void {
  const { _clients, _allConnections } = poolOf(dataSource);
  const connections = _allConnections?.toArray() ?? _clients.map(({ connection }) => connection);
  for (const { stream } of connections) stream.destroy();
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

  /** Takes all connections that are left, and stands in line for as many. */
  async function takeAll(from: DataSource): Promise<{ giveBack: () => Promise<void> }> {
    const left = (from.options as { poolSize: number }).poolSize - inUse(from);
    const runners = Array.from({ length: left * 2 }, () => from.createQueryRunner());
    const connecting = runners.map((runner) => runner.connect());
    await Promise.all(connecting.slice(0, left));
    return {
      giveBack: async () => {
        for (const [index, runner] of runners.entries()) {
          await connecting[index];
          await runner.release();
        }
      },
    };
  }

  it('has one connection kept for the holder of the lock, and gets it back at the end', async () => {
    const { lock } = auditStore(dataSource);
    await auditStore(dataSource).prepare();
    expect(inUse(dataSource)).toBe(0);
    expect(await lock.acquire(claim)).toMatchObject({ acquired: true });
    expect(inUse(dataSource)).toBe(1);
    expect(await lock.acquire({ ...claim, owner: 'b' })).toMatchObject({ acquired: false });
    await auditStore(dataSource).claimHead(hold);
    expect(await lock.renew(hold, 60_000)).toBe('renewed');
    expect(inUse(dataSource)).toBe(1);
    await lock.release(hold);
    expect(inUse(dataSource)).toBe(0);
    expect(await lock.acquire({ ...claim, owner: 'c' })).toMatchObject({ token: 2 });
    expect(await lock.renew(hold, 60_000)).toBe('lost');
    expect(inUse(dataSource)).toBe(1);
    expect(await lock.renew({ ...hold, token: 3, owner: 'c' }, 60_000)).toBe('lost');
    expect(inUse(dataSource)).toBe(0);
  });

  it('lets the lock be renewed while a change, or the application, keeps all of it busy', async () => {
    const store = auditStore(dataSource);
    await store.prepare();
    await store.lock.acquire(claim);
    await targetSystem(dataSource).run(CHANGE, async () => {
      const { giveBack } = await takeAll(dataSource);
      expect(inUse(dataSource)).toBe(3);
      for (let beat = 0; beat < 3; beat += 1) expect(await store.lock.renew(hold, 2_000)).toBe('renewed');
      await giveBack();
    });
    await store.lock.release(hold);
    expect(inUse(dataSource)).toBe(0);
  });

  it('has another connection kept after the first was lost', async () => {
    const { lock } = auditStore(dataSource);
    await auditStore(dataSource).prepare();
    await lock.acquire(claim);
    breakAll(dataSource);
    expect(await lock.renew(hold, 60_000)).toBe('renewed');
    expect(inUse(dataSource)).toBe(1);
    await lock.release(hold);
    expect(inUse(dataSource)).toBe(0);
  });

  it('of which the application keeps all is named in the error, with its size', async () => {
    const { giveBack } = await takeAll(dataSource);
    const renewal = auditStore(dataSource).lock.renew(hold, 400);
    await expect(renewal).rejects.toThrow(PoolExhaustedError);
    await expect(renewal).rejects.toThrow(/DataSource "default" .* its pool opens 3 at most/);
    await giveBack();
    // What nobody waits for any more is closed when it comes.
    while (inUse(dataSource) > 0) await setImmediate();
  });

  it('of which the application keeps all but the heartbeat fails a change before it is called', async () => {
    const impatient = engine === 'MariaDB' ? { waitForConnections: false } : { connectionTimeoutMillis: 300 };
    const other = await database.connect({ poolSize: 3, extra: impatient });
    const store = auditStore(other);
    await store.prepare();
    await store.lock.acquire(claim);
    const runners = [other.createQueryRunner(), other.createQueryRunner()];
    for (const runner of runners) await runner.connect();
    const call = jest.fn(() => Promise.resolve());
    const target = targetSystem(other);
    const refusal = { status: 'rolled-back', error: expect.any(PoolExhaustedError) as Error };
    expect(await target.transaction(CHANGE, call)).toEqual(refusal);
    await expect(target.run(CHANGE, call)).rejects.toThrow(PoolExhaustedError);
    expect(call).not.toHaveBeenCalled();
    for (const runner of runners) await runner.release();
    expect(await target.transaction(CHANGE, call)).toEqual({ status: 'committed' });
    await store.lock.release(hold);
    expect(inUse(other)).toBe(0);
  });

  it('of two leaves both of them to a change without a transaction', async () => {
    const two = await database.connect({ poolSize: 2 });
    const store = auditStore(two);
    await store.prepare();
    await store.lock.acquire(claim);
    await targetSystem(two).run(CHANGE, async (handles) => {
      expect(inUse(two)).toBe(0);
      await runnerOf(handles).query(insertOf(two, 'x'));
      expect(await managerOf(handles).find(Note)).toHaveLength(1);
      expect(await store.lock.renew(hold, 60_000)).toBe('renewed');
      await two.transaction(async (manager) => expect(await manager.find(Note)).toHaveLength(1));
    });
    expect(await store.lock.renew(hold, 60_000)).toBe('renewed');
    expect(inUse(two)).toBe(1);
    await store.lock.release(hold);
    expect(inUse(two)).toBe(0);
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
