import { auditEntries, holdOf } from '@nestjs-flamingock/testing';
import type { DataSource, Logger } from 'typeorm';
import { describeOnServers } from '../fixtures/describe-engines.js';
import { insertOf } from '../fixtures/notes.js';
import { auditStore, CHANGE, managerOf, targetSystem } from '../fixtures/open.js';
import type { TestDatabase } from '../fixtures/test-database.js';

const { service } = CHANGE;

let database: TestDatabase;
afterEach(() => database.remove());

interface Connection {
  query(...args: readonly unknown[]): unknown;
}

/** Everything that is sent on the DataSource's connections, by its first word, while `work` runs. */
async function sent(dataSource: DataSource, work: () => Promise<unknown>): Promise<string[]> {
  const log: string[] = [];
  const runners = await Promise.all(
    [1, 2, 3].map(async () => {
      const runner = dataSource.createQueryRunner();
      return { runner, connection: (await runner.connect()) as Connection };
    }),
  );
  for (const { connection } of runners) {
    const query = connection.query.bind(connection);
    connection.query = (...args) => {
      log.push(
        /^(\/\* COMMIT \*\/|\w+( (TRANSACTION|SAVEPOINT))?)/.exec(String(args[0]))?.[0] ?? String(args[0]),
      );
      return query(...args);
    };
  }
  await Promise.all(runners.map(({ runner }) => runner.release()));
  await work();
  return log;
}

const quiet = {} as Logger;
for (const name of ['log', 'logMigration', 'logQuery', 'logQueryError', 'logQuerySlow', 'logSchemaBuild'])
  Object.assign(quiet, { [name]: () => undefined });

await describeOnServers('what is sent to the server', (open, engine) => {
  let dataSource: DataSource;

  beforeEach(async () => {
    database = await open();
    dataSource = await database.connect({ logger: quiet });
    await auditStore(dataSource).prepare();
    await targetSystem(dataSource).markers.prepare();
    await auditStore(dataSource).claimHead(holdOf(1, service));
  });

  it('for a change with its entries is its own statements, and as little as can be', async () => {
    const store = auditStore(dataSource);
    const target = targetSystem(dataSource);
    const log = await sent(dataSource, () =>
      target.transaction(CHANGE, async (handles, tx) => {
        await managerOf(handles).query(insertOf(dataSource, 'x'));
        const entries = auditEntries(undefined, { service }, { service });
        await store.append({ hold: holdOf(1, service), entries }, tx);
      }),
    );
    expect(log).toEqual(
      engine === 'MariaDB'
        ? ['START TRANSACTION', 'UPDATE', 'INSERT', 'UPDATE', 'INSERT', 'COMMIT']
        : ['START TRANSACTION', 'INSERT', '/* COMMIT */'],
    );
  });

  it('for entries by themselves is one statement, or one transaction', async () => {
    const entries = auditEntries(undefined, { service }, { service });
    const log = await sent(dataSource, () =>
      auditStore(dataSource).append({ hold: holdOf(1, service), entries }),
    );
    expect(log).toEqual(
      engine === 'MariaDB' ? ['START TRANSACTION', 'UPDATE', 'INSERT', 'COMMIT'] : ['WITH'],
    );
  });

  it('for the lock is one conditional write', async () => {
    const { lock } = auditStore(dataSource);
    const claim = { service, owner: 'a', host: 'h', pid: 1, leaseMs: 60_000 };
    const log = await sent(dataSource, async () => {
      await lock.acquire(claim);
      await lock.renew({ service, token: 1, owner: 'a' }, 60_000);
      await lock.release({ service, token: 1, owner: 'a' });
    });
    const acquire = engine === 'MariaDB' ? ['INSERT', 'SELECT'] : ['INSERT'];
    expect(log).toEqual([...acquire, 'UPDATE', 'UPDATE']);
  });

  it('for a start with nothing to do is one row, and no statement for tables that are there', async () => {
    const log = await sent(dataSource, () => auditStore(dataSource).readHead(service));
    expect(log).toEqual(['SELECT']);
  });
});
