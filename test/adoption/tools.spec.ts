import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { promisify } from 'node:util';
import { jest } from '@jest/globals';
import type { ForeignHistory } from '@nestjs-flamingock/core/adapter';
import { DataSource } from 'typeorm';
import { resolveCollectionOptions } from '../../libs/mongoose/src/mongoose.options.js';
import { MongooseTargetSystem } from '../../libs/mongoose/src/target/mongoose.target-system.js';
import { resolveTableOptions } from '../../libs/typeorm/src/typeorm.options.js';
import { TypeOrmTargetSystem } from '../../libs/typeorm/src/target/typeorm.target-system.js';
import { mongoDatabase } from '../support/mongo-database.js';
import { describeOn } from '../support/services/describe-on.js';
import { mariadbDatabase, postgresDatabase, sqliteFile, type SqlDatabase } from '../support/sql-database.js';
import type { CreateDatabase } from '../support/test-database.js';

// Each tool is a process of its own, and loads slowly.
jest.setTimeout(180_000);

const run = promisify(execFile);
const NAMES: Readonly<Record<string, (number: number) => string>> = {
  knex: (number) => `2024010${number}_step.js`,
  umzug: (number) => `0${number}-step.js`,
  'mikro-orm': (number) => `Migration2024010${number}`,
  'migrate-mongo': (number) => `2024010${number}-step.cjs`,
};
/** Those that keep the time of each migration. */
const TIMED = ['knex', 'mikro-orm', 'migrate-mongo'];

let folder: string;
beforeEach(() => (folder = mkdtempSync(join(tmpdir(), 'flamingock-adoption-'))));
afterEach(() => rmSync(folder, { recursive: true }));

const apply = async (tool: string, database: object, count: number): Promise<void> => {
  const words = [
    resolve('test/adoption/tools.mjs'),
    tool,
    JSON.stringify({ ...database, folder }),
    String(count),
  ];
  await run(process.execPath, words);
};
const expectHistory = ({ migrations, faults }: ForeignHistory, tool: string, count: number): void => {
  expect(faults).toEqual([]);
  expect(migrations.map(({ name }) => name)).toEqual(
    Array.from({ length: count }, (_, at) => NAMES[tool]?.(at + 1)),
  );
  const isTimed = migrations.every(({ appliedAt }) => appliedAt !== undefined);
  expect(isTimed).toBe(TIMED.includes(tool));
};

function onSql(engine: string, create: CreateDatabase<SqlDatabase>, tools: readonly string[]): void {
  let database: SqlDatabase;

  beforeEach(async () => {
    database = await create();
    await database.createPlace('other');
    await database.connection.query('CREATE TABLE steps (step INTEGER NOT NULL PRIMARY KEY)');
  });
  afterEach(() => database.drop());

  it.each(tools)('is that of %s, as it has written it itself', async (tool) => {
    const { options } = database.connection;
    const url = 'url' in options ? options.url : options.database;
    const dataSource = await new DataSource(options).initialize();
    try {
      const { foreign } = new TypeOrmTargetSystem('shop-db', dataSource, resolveTableOptions({}));
      await apply(tool, { engine, url }, 2);
      expectHistory(await foreign.read({ tool }), tool, 2);
      await apply(tool, { engine, url }, 3);
      expectHistory(await foreign.read({ tool }), tool, 3);
    } finally {
      await dataSource.destroy();
    }
  });
}

describe('the history on SQLite', () => {
  onSql('sqlite', sqliteFile, ['knex']);
});

await describeOn(['postgres'], 'the history on PostgreSQL', ({ postgres }) => {
  onSql('postgres', postgresDatabase(postgres), ['knex', 'umzug', 'mikro-orm']);
});

await describeOn(['mariadb'], 'the history on MariaDB', ({ mariadb }) => {
  onSql('mariadb', mariadbDatabase(mariadb), ['knex', 'umzug', 'mikro-orm']);
});

await describeOn(['mongodb'], 'the history on MongoDB', ({ mongodb }) => {
  it('is that of migrate-mongo, as it has written it itself', async () => {
    const database = await mongoDatabase(mongodb)();
    try {
      const { foreign } = new MongooseTargetSystem('shop', database.connection, resolveCollectionOptions({}));
      await apply('migrate-mongo', { url: mongodb, name: database.options.mongoose.dbName }, 3);
      const history = await foreign.read({ tool: 'migrate-mongo' });
      expectHistory(history, 'migrate-mongo', 3);
      expect(history.migrations.every(({ checksum }) => checksum !== undefined)).toBe(true);
    } finally {
      await database.drop();
    }
  });
});
