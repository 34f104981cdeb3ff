import type { Handles, TransactionOutcome } from '@nestjs-flamingock/core/adapter';
import { holdOf } from '@nestjs-flamingock/testing';
import type { DataSource, QueryRunner } from 'typeorm';
import { describeOnServers, type OpenDatabase } from '../fixtures/describe-engines.js';
import { insertOf, keysOf, noteTable } from '../fixtures/notes.js';
import { auditStore, CHANGE, managerOf, targetSystem } from '../fixtures/open.js';
import type { TestDatabase } from '../fixtures/test-database.js';

const { service } = CHANGE;

/** Long enough for several looks at who is in the way. */
const LOOKS_MS = 1_000;

const OTHER_PREFIX = { tablePrefix: 'x_' };

let databases: TestDatabase[];
afterEach(() => Promise.all(databases.map((database) => database.remove())));

/** Connections of one application to a database, and our tables in it. */
interface Application {
  readonly dataSource: DataSource;
  /** Of a database that other instances and applications share. */
  readonly again: () => Promise<DataSource>;
}

async function setUp(open: OpenDatabase): Promise<Application> {
  const database = await open();
  databases.push(database);
  const dataSource = await database.connect();
  await auditStore(dataSource).prepare();
  return { dataSource, again: () => database.connect() };
}

const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

interface Running {
  goOn(): Promise<TransactionOutcome>;
}

/** A change that stands still after `work`, in the middle of its transaction. */
async function standStill(
  dataSource: DataSource,
  work: (handles: Handles) => Promise<unknown>,
  options = {},
): Promise<Running> {
  const store = auditStore(dataSource, options);
  await store.prepare();
  await store.claimHead(holdOf(1, service));
  let goOn = (): void => undefined;
  const stopped = new Promise<void>((resolve) => (goOn = resolve));
  let reached = (): void => undefined;
  const there = new Promise<void>((resolve) => (reached = resolve));
  const outcome = targetSystem(dataSource, options).transaction(CHANGE, async (handles) => {
    await work(handles);
    reached();
    await stopped;
  });
  await Promise.race([there, outcome]);
  return {
    goOn: () => {
      goOn();
      return outcome;
    },
  };
}

/** A transaction of the application, in which it has executed a statement. */
async function idleInTransaction(dataSource: DataSource, statement: string): Promise<QueryRunner> {
  const runner = dataSource.createQueryRunner();
  await runner.startTransaction();
  await runner.query(statement);
  return runner;
}

const commit = async (runner: QueryRunner): Promise<void> => {
  await runner.commitTransaction();
  await runner.release();
};

const headsOf = (dataSource: DataSource): string =>
  noteTable(dataSource).replace(
    dataSource.driver.escape('note'),
    dataSource.driver.escape('flamingock_audit_heads'),
  );

const writeHead = (dataSource: DataSource): string =>
  `UPDATE ${headsOf(dataSource)} SET seq = seq WHERE service = '${service}'`;

const writeNote = (dataSource: DataSource, value: string): string =>
  `UPDATE ${noteTable(dataSource)} SET value = '${value}' WHERE ${dataSource.driver.escape('key')} = 'shared'`;

await describeOnServers('whoever takes over', (open) => {
  let here: Application;

  beforeEach(async () => {
    databases = [];
    here = await setUp(open);
  });

  it('ends the holder, and no session in another database for which a claim of the same service and token waits', async () => {
    const there = await setUp(open);
    await auditStore(there.dataSource).claimHead(holdOf(1, service));
    const innocent = await idleInTransaction(there.dataSource, writeHead(there.dataSource));
    const waiting = auditStore(await there.again()).claimHead(holdOf(2, service));
    const hung = await standStill(here.dataSource, (handles) =>
      managerOf(handles).query(insertOf(here.dataSource, 'x')),
    );
    expect(await auditStore(await here.again()).claimHead(holdOf(2, service))).toMatchObject({ token: 2 });
    expect((await hung.goOn()).status).not.toBe('committed');
    await commit(innocent);
    expect(await waiting).toMatchObject({ token: 2 });
  });

  it('ends no healthy change of another prefix in another database that keeps a change of ours waiting', async () => {
    const there = await setUp(open);
    await there.dataSource.query(insertOf(there.dataSource, 'shared'));
    const healthy = await standStill(
      await there.again(),
      (handles) => managerOf(handles).query(writeNote(there.dataSource, 'of the healthy')),
      OTHER_PREFIX,
    );
    const { dataSource } = there;
    await auditStore(dataSource).claimHead(holdOf(2, service));
    const waiting = targetSystem(dataSource).transaction(CHANGE, (handles) =>
      managerOf(handles).query(writeNote(dataSource, 'of the waiting')),
    );
    const hung = await standStill(here.dataSource, () => Promise.resolve());
    expect(await auditStore(await here.again()).claimHead(holdOf(2, service))).toMatchObject({ token: 2 });
    expect((await hung.goOn()).status).not.toBe('committed');
    expect(await healthy.goOn()).toEqual({ status: 'committed' });
    expect(await waiting).toEqual({ status: 'committed' });
  });

  it('waits for a healthy change of another prefix that has written its row', async () => {
    const { dataSource, again } = here;
    await auditStore(dataSource).claimHead(holdOf(1, service));
    const healthy = await standStill(
      await again(),
      (handles) => managerOf(handles).query(writeHead(dataSource)),
      OTHER_PREFIX,
    );
    const claim = auditStore(dataSource).claimHead(holdOf(2, service));
    await pause(LOOKS_MS);
    expect(await healthy.goOn()).toEqual({ status: 'committed' });
    expect(await claim).toMatchObject({ token: 2 });
  });

  it('ends the holder, and not the session of the application that the holder waits for', async () => {
    const { dataSource, again } = here;
    await dataSource.query(insertOf(dataSource, 'shared'));
    const innocent = await idleInTransaction(await again(), writeNote(dataSource, 'of the application'));
    const stuck = standStill(await again(), (handles) =>
      managerOf(handles).query(writeNote(dataSource, 'of the stuck')),
    );
    await pause(LOOKS_MS);
    expect(await auditStore(dataSource).claimHead(holdOf(2, service))).toMatchObject({ token: 2 });
    expect((await (await stuck).goOn()).status).not.toBe('committed');
    await commit(innocent);
    expect(await dataSource.query(`SELECT value FROM ${noteTable(dataSource)}`)).toEqual([
      { value: 'of the application' },
    ]);
  });

  it('ends the holder only, where several wait in line beside other services', async () => {
    const { dataSource, again } = here;
    const hung = await standStill(await again(), () => Promise.resolve());
    const other = { ...CHANGE, service: 'orders' };
    const orders = await again();
    await auditStore(orders).claimHead(holdOf(1, other.service));
    let end = (): void => undefined;
    const healthy = targetSystem(orders).transaction(other, async (handles) => {
      await managerOf(handles).query(insertOf(orders, 'of the orders'));
      await new Promise<void>((resolve) => (end = resolve));
    });
    const pods = await Promise.all([again(), again(), again()]);
    const claims = await Promise.allSettled(
      pods.map((pod, index) => auditStore(pod).claimHead(holdOf(index + 2, service))),
    );
    expect(claims.at(-1)).toMatchObject({ status: 'fulfilled', value: { token: 4 } });
    expect((await hung.goOn()).status).not.toBe('committed');
    end();
    expect(await healthy).toEqual({ status: 'committed' });
    expect(await keysOf(dataSource)).toEqual(['of the orders']);
  });
});
