import { DataSource, type DataSourceOptions, type QueryRunner } from 'typeorm';
import { freePort } from '../../../../test/support/services/free-port.mjs';
import { describeOnServers } from '../fixtures/describe-engines.js';
import { auditStore, targetSystem } from '../fixtures/open.js';
import { SqliteFile } from '../fixtures/sqlite-file.js';
import type { TestDatabase } from '../fixtures/test-database.js';
import { ConnectionHangsError, RightMissingError } from '../typeorm.errors.js';

const failureOf = (work: Promise<unknown>): Promise<unknown> =>
  work.then(
    () => undefined,
    (error: unknown) => error,
  );

let database: TestDatabase;
let dataSource: DataSource;

/** What store and target system say, who are of one mind. */
function isTransient(error: unknown): boolean {
  const answer = auditStore(dataSource).isTransient(error);
  expect(targetSystem(dataSource).isTransient(error)).toBe(answer);
  return answer;
}

afterEach(() => database.remove());

await describeOnServers('a failure', (open, engine) => {
  let one: QueryRunner;
  let other: QueryRunner;

  const quoted = (name: string): string => (engine === 'MariaDB' ? `\`${name}\`` : `"${name}"`);
  const table = (): string => dataSource.getMetadata('Note').tablePath.split('.').map(quoted).join('.');
  const write = (runner: QueryRunner, key: string): Promise<unknown> =>
    runner.query(`UPDATE ${table()} SET ${quoted('value')} = 'x' WHERE ${quoted('key')} = '${key}'`);

  beforeEach(async () => {
    database = await open();
    dataSource = await database.connect({ poolSize: 4 });
    await dataSource.getRepository('Note').insert([
      { key: 'a', value: '' },
      { key: 'b', value: '' },
    ]);
    one = dataSource.createQueryRunner();
    other = dataSource.createQueryRunner();
  });

  afterEach(async () => {
    for (const runner of [one, other]) {
      if (runner.isTransactionActive) await runner.rollbackTransaction().catch(() => undefined);
      await runner.release();
    }
  });

  it('passes where two transactions were in each other’s way', async () => {
    await one.startTransaction();
    await other.startTransaction();
    await write(one, 'a');
    await write(other, 'b');
    const failures = await Promise.all([failureOf(write(one, 'b')), failureOf(write(other, 'a'))]);
    expect(failures.map((error) => error !== undefined && isTransient(error)).sort()).toEqual([false, true]);
  });

  it('passes where two transactions cannot have run one after the other', async () => {
    await one.startTransaction('SERIALIZABLE');
    await other.startTransaction('SERIALIZABLE');
    for (const runner of [one, other]) await runner.query(`SELECT * FROM ${table()}`);
    const writes = await Promise.all([failureOf(write(one, 'a')), failureOf(write(other, 'b'))]);
    const commits = [await failureOf(one.commitTransaction()), await failureOf(other.commitTransaction())];
    const failures = [...writes, ...commits].filter((error) => error !== undefined);
    expect(failures.map(isTransient)).toEqual([true]);
  });

  it('passes where the connection is refused', async () => {
    const port = await freePort();
    const { type } = dataSource.options;
    const nobody = new DataSource({ type, host: '127.0.0.1', port } as DataSourceOptions);
    expect(isTransient(await failureOf(nobody.initialize()))).toBe(true);
  });

  it('passes where the server has ended the connection', async () => {
    await one.startTransaction();
    const ask = engine === 'MariaDB' ? 'SELECT CONNECTION_ID() AS id' : 'SELECT pg_backend_pid() AS id';
    const [{ id }] = (await one.query(ask)) as [{ id: number }];
    const hanging = failureOf(one.query(engine === 'MariaDB' ? 'SELECT SLEEP(60)' : 'SELECT pg_sleep(60)'));
    await other.query(engine === 'MariaDB' ? `KILL ${id}` : `SELECT pg_terminate_backend(${id})`);
    expect(isTransient(await hanging)).toBe(true);
  });

  it.each([
    ['that is a syntax error', () => dataSource.query('SELEC 1')],
    ['that is a missing table', () => dataSource.query('SELECT 1 FROM nothing')],
    [
      'that is a row which is there already',
      () => dataSource.getRepository('Note').insert({ key: 'a', value: '' }),
    ],
    ['of the application', () => Promise.reject(new TypeError('no such property'))],
  ])('does not pass %s', async (_, work) => {
    const error = await failureOf(work());
    expect(error).toBeDefined();
    expect(isTransient(error)).toBe(false);
  });

  it('passes where TypeORM has given up a runner, whose connection was lost', async () => {
    await one.release();
    const error = await failureOf(one.query('SELECT 1'));
    expect(error).toMatchObject({ name: 'QueryRunnerAlreadyReleasedError' });
    expect(isTransient(error)).toBe(true);
  });

  it('of this library passes where it says so', () => {
    expect(isTransient(new ConnectionHangsError(1))).toBe(true);
    expect(isTransient(new RightMissingError(new TypeError('denied')))).toBe(false);
  });
});

describe('a failure on SQLite', () => {
  beforeEach(async () => {
    database = await SqliteFile.create();
    dataSource = await database.connect();
  });

  it('passes where another process is writing', async () => {
    const other = await database.connect();
    const impatient = await database.connect();
    await impatient.query('PRAGMA busy_timeout = 0');
    await other.query('BEGIN IMMEDIATE');
    expect(isTransient(await failureOf(impatient.query('BEGIN IMMEDIATE')))).toBe(true);
    await other.query('ROLLBACK');
  });

  it('does not pass where a table is missing', async () => {
    expect(isTransient(await failureOf(dataSource.query('SELECT 1 FROM nothing')))).toBe(false);
  });
});
