import type { ForeignHistory, ForeignSource } from '@nestjs-flamingock/core/adapter';
import type { DataSource, MigrationInterface, QueryRunner } from 'typeorm';
import { describeOnEngines } from '../fixtures/describe-engines.js';
import { noteTable } from '../fixtures/notes.js';
import { targetSystem } from '../fixtures/open.js';
import type { TestDatabase } from '../fixtures/test-database.js';

/** A migration of TypeORM's own, which adds a note. */
function migration(name: string): new () => MigrationInterface {
  const type = class {
    async up(runner: QueryRunner): Promise<void> {
      await runner.query(`INSERT INTO ${noteTable(runner.dataSource)} VALUES ('${name}', 'v')`);
    }
    async down(): Promise<void> {
      await Promise.resolve();
    }
  };
  Object.defineProperty(type, 'name', { value: name });
  return type;
}

/** As `prisma migrate deploy` creates it; SQLite has other types of time. */
const PRISMA = `CREATE TABLE _prisma_migrations (id VARCHAR(36) PRIMARY KEY NOT NULL, checksum VARCHAR(64) NOT NULL,
finished_at TIMESTAMP NULL, migration_name VARCHAR(255) NOT NULL, logs TEXT, rolled_back_at TIMESTAMP NULL,
started_at TIMESTAMP NOT NULL DEFAULT CURRENT_TIMESTAMP, applied_steps_count INTEGER NOT NULL DEFAULT 0)`;
/** As `flyway migrate` creates it. */
const FLYWAY = `CREATE TABLE flyway_schema_history (installed_rank INT NOT NULL PRIMARY KEY, version VARCHAR(50),
description VARCHAR(200) NOT NULL, type VARCHAR(20) NOT NULL, script VARCHAR(1000) NOT NULL, checksum INT,
installed_by VARCHAR(100) NOT NULL, installed_on TIMESTAMP NOT NULL DEFAULT CURRENT_TIMESTAMP,
execution_time INT NOT NULL, success BOOLEAN NOT NULL)`;

await describeOnEngines('histories of other tools', (open) => {
  let database: TestDatabase;
  let dataSource: DataSource;

  beforeEach(async () => {
    database = await open();
    dataSource = await database.connect({
      migrations: [migration('Init1700000000001'), migration('AddUser1700000000002')],
    });
  });
  afterEach(() => database.remove());

  const read = (source: ForeignSource): Promise<ForeignHistory> =>
    targetSystem(dataSource).foreign.read(source);
  const at = (table: string): string => noteTable(dataSource).replace(/note(?=\W?$)/, table);
  const execute = async (...statements: string[]): Promise<void> => {
    for (const statement of statements) await dataSource.query(statement);
  };
  const create = (statement: string): Promise<void> =>
    execute(statement.replace(/CREATE TABLE (\w+)/, (_all, table: string) => `CREATE TABLE ${at(table)}`));

  it('are those that TypeORM has written itself', async () => {
    await dataSource.runMigrations({ transaction: 'each' });
    expect(await read({ tool: 'typeorm' })).toEqual({
      place: expect.stringMatching(/^table "migrations" of (schema|database|file) /) as string,
      migrations: [{ name: 'Init1700000000001' }, { name: 'AddUser1700000000002' }],
      faults: [],
    });
  });

  it('are found under the name that TypeORM, or the operator, gives the table', async () => {
    const renamed = await database.connect({
      migrationsTableName: 'applied',
      migrations: [migration('A1700000000003')],
    });
    await renamed.runMigrations();
    expect((await targetSystem(renamed).foreign.read({ tool: 'typeorm' })).migrations).toHaveLength(1);
    expect((await read({ tool: 'typeorm', table: 'applied' })).migrations).toHaveLength(1);
  });

  it('are refused where the table is not there, or another one', async () => {
    expect((await read({ tool: 'knex' })).faults).toEqual([
      expect.stringMatching(/^It is not there\. Name the table/),
    ]);
    await create('CREATE TABLE knex_migrations (id INT, name VARCHAR(255))');
    expect((await read({ tool: 'knex' })).faults).toEqual([
      expect.stringMatching(/^It has no column migration_time, so that it is not one of knex/),
    ]);
  });

  it('have every fault told at once where rows have no name and the lock is held', async () => {
    await create(
      'CREATE TABLE knex_migrations (id INT, name VARCHAR(255), batch INT, migration_time VARCHAR(30))',
    );
    await create('CREATE TABLE knex_migrations_lock (lock_index INT, is_locked INT)');
    await execute(
      `INSERT INTO ${at('knex_migrations')} VALUES (10, 'b.js', 1, '2024'), (9, 'a.js', 1, NULL), (11, NULL, 1, NULL)`,
      `INSERT INTO ${at('knex_migrations_lock')} VALUES (1, 1)`,
    );
    const { migrations, faults } = await read({ tool: 'knex' });
    expect(migrations.slice(0, 2)).toEqual([{ name: 'a.js' }, { name: 'b.js', appliedAt: '2024' }]);
    expect(faults).toEqual([
      expect.stringMatching(/^Its lock is held.*knex migrate:unlock/),
      'A row has no name, so that only part of it can be read.',
    ]);
  });

  it('are of Prisma what has finished and was not rolled back', async () => {
    await create(PRISMA);
    const row = (id: string, end: string, name: string, back: string, start: string): string =>
      `('${id}', 'sum-${id}', ${end}, '${name}', NULL, ${back}, '2024-01-0${start} 00:00:00', 1)`;
    const DAY = "'2024-01-09 10:00:00'";
    const into = `INSERT INTO ${at('_prisma_migrations')} VALUES`;
    await execute(
      `${into} ${[row('2', DAY, 'b', 'NULL', '3'), row('1', 'NULL', 'b', DAY, '2'), row('0', DAY, 'a', 'NULL', '1')].join(', ')}`,
    );
    expect(await read({ tool: 'prisma' })).toMatchObject({
      migrations: [
        { name: 'a', appliedAt: expect.stringContaining('2024-01-09 10:00:00') as string, checksum: 'sum-0' },
        { name: 'b', checksum: 'sum-2' },
      ],
      faults: [],
    });
    await execute(
      `${into} ${[row('3', 'NULL', 'c', 'NULL', '4'), row('4', 'NULL', 'd', DAY, '5')].join(', ')}`,
    );
    expect((await read({ tool: 'prisma' })).faults).toEqual([
      expect.stringMatching(/^"c" has failed, or is running/),
      expect.stringMatching(/^"d" was rolled back and not applied again/),
    ]);
  });

  it('are of Flyway what was applied last and not undone', async () => {
    await create(FLYWAY);
    const into = `INSERT INTO ${at('flyway_schema_history')} VALUES`;
    const row = (rank: number, version: string, type: string, script: string, success = 'TRUE'): string =>
      `(${rank}, ${version}, 'd', '${type}', '${script}', ${rank * -7}, 'me', '2024-01-31 10:00:00', 3, ${success})`;
    await execute(
      `${into} ${[
        row(0, 'NULL', 'SCHEMA', 'shop'),
        row(1, "'1'", 'SQL', 'V1__init.sql'),
        row(2, 'NULL', 'SQL', 'R__view.sql'),
        row(3, "'2'", 'SQL', 'V2__user.sql'),
        row(4, "'2'", 'UNDO_SQL', 'U2__user.sql'),
        row(10, 'NULL', 'SQL', 'R__view.sql'),
      ].join(', ')}`,
    );
    expect(await read({ tool: 'flyway' })).toMatchObject({
      migrations: [
        {
          name: 'V1__init.sql',
          checksum: '-7',
          appliedAt: expect.stringContaining('2024-01-31 10:00:00') as string,
        },
        { name: 'R__view.sql', checksum: '-70' },
      ],
      faults: [],
    });
    await execute(
      `${into} ${row(11, "'3'", 'SQL', 'V3__x.sql', 'FALSE')}, ${row(12, "'4'", 'MAGIC', 'V4__y')}`,
    );
    expect((await read({ tool: 'flyway' })).faults).toEqual([
      expect.stringMatching(/^"V3__x\.sql" \(rank 11\) has failed/),
      expect.stringMatching(/^"V4__y" \(rank 12\) is of type MAGIC/),
    ]);
  });

  it('are looked for in the schema that is named, where there are schemas', async () => {
    await dataSource.runMigrations();
    const { faults } = await read({ tool: 'typeorm', schema: 'nowhere' });
    const hasSchemas = dataSource.options.type === 'postgres';
    expect(faults).toEqual([
      expect.stringMatching(
        hasSchemas ? /^It is not there/ : /^This database has no schemas: leave out "nowhere"/,
      ),
    ]);
  });
});
