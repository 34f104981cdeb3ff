import { resolve } from 'node:path';
import { jest } from '@jest/globals';
import type { ImportPreview, ImportResult, PlanReport } from '@nestjs-flamingock/core';
import { DataSource, type MigrationInterface } from 'typeorm';
import { describeOn } from '../../support/services/describe-on.js';
import {
  mariadbDatabase,
  postgresDatabase,
  sqliteFile,
  type SqlDatabase,
} from '../../support/sql-database.js';
import type { CreateDatabase } from '../../support/test-database.js';
import { ALLOWED_CI, flamingock, type Ended } from '../cli/flamingock.js';

// Each test starts several processes, and TypeORM commits 182 times.
jest.setTimeout(180_000);

interface Wrapped {
  readonly number: number;
  readonly transaction?: boolean;
}
interface Fixtures {
  migrations(first: number, last: number): (new () => MigrationInterface)[];
}

const APPLIED = 182;
const LAST = 185;
const from = (first: number): Wrapped[] =>
  Array.from({ length: LAST - first + 1 }, (_, at) => ({ number: first + at }));
/** Outside a transaction, the last of them. */
const PENDING: Wrapped[] = [...from(APPLIED + 1).slice(0, -1), { number: LAST, transaction: false }];

const { migrations } = (await import(resolve('test/apps/adoption/fixtures/migrations.mjs'))) as Fixtures;

function suite(create: CreateDatabase<SqlDatabase>, engine = ''): void {
  let database: SqlDatabase;

  beforeEach(async () => {
    database = await create();
    const options = { ...database.connection.options, migrations: migrations(1, APPLIED) };
    const typeorm = await new DataSource(options).initialize();
    await typeorm.runMigrations({ transaction: 'each' });
    await typeorm.destroy();
  });
  afterEach(() => database.drop());

  const run = (words: string, wrapped: readonly Wrapped[] = PENDING): Promise<Ended> =>
    flamingock(['-m', resolve('test/apps/adoption/fixtures/app.mjs#AppModule'), ...words.split(' ')], {
      env: {
        ...ALLOWED_CI,
        ADOPTION_FIXTURE: JSON.stringify({ database: database.connection.options, wrapped }),
      },
    });
  const json = async <T>(words: string, wrapped?: readonly Wrapped[]): Promise<T> => {
    const { stdout, stderr } = await run(`${words} --json`, wrapped);
    if (stdout === '') throw new TypeError(stderr);
    return JSON.parse(stdout) as T;
  };
  const imported = async (): Promise<number> =>
    (await database.entries('flamingock_')).filter(({ state }) => state === 'EXECUTED').length;
  const steps = async (): Promise<number[]> => {
    const rows = await database.connection.query<{ step: number }[]>('SELECT step FROM steps ORDER BY step');
    return rows.map(({ step }) => step);
  };

  it('imports what TypeORM has applied once, whoever asks, and the next start runs the rest', async () => {
    const before = await schemaOf(database);
    const both = await Promise.all([
      json<ImportResult>('import typeorm'),
      json<ImportResult>('import typeorm'),
    ]);
    expect(both.map((result) => result.migrations.length).sort()).toEqual([0, APPLIED]);
    expect(await imported()).toBe(APPLIED);
    expect(await schemaOf(database)).toEqual(before);
    expect(await json<PlanReport>('plan')).toMatchObject({
      changes: [{ action: 'EXECUTE' }, { action: 'EXECUTE' }, { action: 'EXECUTE' }],
      unknown: [],
      outOfOrder: [],
    });
    const { stdout, code } = await run('execute');
    expect({ stdout, code }).toMatchObject({
      code: 0,
      stdout: expect.not.stringMatching(/no longer in the code/),
    });
    expect(await steps()).toEqual(Array.from({ length: LAST }, (_, at) => at + 1));
    const again = await run('import typeorm');
    expect(again).toMatchObject({ code: 0, stdout: expect.stringMatching(/^✔ Nothing is left to import/) });
    expect((await run('audit verify')).code).toBe(0);
  });

  if (engine !== 'SQLite') return;
  it('matches every migration that is wrapped, and leaves those that are pending', async () => {
    const preview = await json<ImportPreview>('import typeorm --dry-run', from(1));
    expect(preview).toMatchObject({ known: 0, faults: [], pending: { length: 3 } });
    expect(new Set(preview.migrations.map(({ kind }) => kind))).toEqual(new Set(['change']));
    expect((await run('import typeorm', from(1))).code).toBe(0);
    expect((await run('execute', from(1))).code).toBe(0);
    expect(await steps()).toHaveLength(LAST);
    expect((await run('undo -c Step185x1700000000185 --reason test', from(1))).code).toBe(0);
    expect(await steps()).toHaveLength(LAST - 1);
  });
}

/** Every column of every table, those of the library apart. */
async function schemaOf({ connection }: SqlDatabase): Promise<unknown> {
  const isSqlite = connection.options.type === 'better-sqlite3';
  const place = connection.options.type === 'postgres' ? "'public'" : 'DATABASE()';
  return connection.query(
    isSqlite
      ? "SELECT name, sql FROM sqlite_master WHERE name NOT LIKE '%flamingock%' ORDER BY name"
      : `SELECT table_name, column_name, data_type, is_nullable, column_default FROM information_schema.columns
WHERE table_schema = ${place} AND table_name NOT LIKE '%flamingock%' ORDER BY table_name, column_name`,
  );
}

describe('an application with migrations of TypeORM on SQLite', () => {
  suite(sqliteFile, 'SQLite');

  it('is told every fault, and how the command is used', async () => {
    const database = await sqliteFile();
    const env = {
      ADOPTION_FIXTURE: JSON.stringify({ database: database.connection.options, wrapped: PENDING }),
    };
    const run = (...words: string[]) =>
      flamingock(['-m', resolve('test/apps/adoption/fixtures/app.mjs#AppModule'), ...words], { env });
    try {
      expect(await run('import', 'typeorm')).toMatchObject({
        code: 1,
        stderr: expect.stringMatching(/was not imported, and nothing was recorded:\n {2}- It is not there/),
      });
      expect(await run('import', 'typeorm', '--dry-run')).toMatchObject({
        code: 1,
        stdout: expect.stringMatching(/Nothing can be recorded:\n {2}- It is not there/),
      });
      expect(await database.connection.query("SELECT name FROM sqlite_master WHERE type = 'table'")).toEqual(
        [],
      );
      expect(await run('import', 'liquibase')).toMatchObject({
        code: 2,
        stderr: expect.stringMatching(/no target system reads: "shop-db" reads typeorm, umzug, knex/),
      });
      expect((await run('import')).code).toBe(2);
      expect((await run('import', 'knex', '--undo')).code).toBe(2);
      expect((await run('import', '--undo')).code).toBe(1);
    } finally {
      await database.drop();
    }
  });

  it('is baselined where nobody has kept a history, and that can be taken back', async () => {
    const database = await sqliteFile();
    const env = {
      ADOPTION_FIXTURE: JSON.stringify({ database: database.connection.options, wrapped: from(183) }),
    };
    const run = (...words: string[]) =>
      flamingock(['-m', resolve('test/apps/adoption/fixtures/app.mjs#AppModule'), ...words], { env });
    const baseline = ['baseline', '--to', 'Step184x1700000000184', '--by', 'ann', '--reason', 'compared'];
    try {
      await database.connection.query('CREATE TABLE steps (step INTEGER NOT NULL PRIMARY KEY)');
      expect(await run(...baseline, '--dry-run')).toMatchObject({
        code: 0,
        stdout: expect.stringMatching(/^✔ Would mark 2 changes/),
      });
      expect((await run(...baseline)).stdout).toMatch(/^✔ Marked 2 changes as applied:\n {2}Step183/);
      expect((await run('import', '--undo')).stdout).toMatch(/^✔ Took back the baseline: 2 entries/);
      expect((await run(...baseline)).code).toBe(0);
      expect((await run('execute')).code).toBe(0);
      expect(await database.connection.query('SELECT step FROM steps')).toEqual([{ step: 185 }]);
      expect(await run('import', '--undo')).toMatchObject({
        code: 1,
        stderr: expect.stringMatching(/something else was recorded since/),
      });
      expect((await run('baseline', '--to', 'Step184x1700000000184')).code).toBe(2);
      expect((await run('baseline', '--to', 'Step18', '--by', 'a', '--reason', 'b')).code).toBe(2);
    } finally {
      await database.drop();
    }
  });
});

await describeOn(['postgres'], 'an application with migrations of TypeORM on PostgreSQL', ({ postgres }) => {
  suite(postgresDatabase(postgres));
});

await describeOn(['mariadb'], 'an application with migrations of TypeORM on MariaDB', ({ mariadb }) => {
  suite(mariadbDatabase(mariadb));
});
