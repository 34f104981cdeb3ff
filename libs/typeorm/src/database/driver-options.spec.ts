import { DefaultNamingStrategy, type DataSource } from 'typeorm';
import pg from 'pg';
import { describeOn } from '../../../../test/support/services/describe-on.js';
import { fullStarts } from '../fixtures/full-start.js';
import { MariadbDatabase } from '../fixtures/mariadb-database.js';
import { PostgresSchema } from '../fixtures/postgres-schema.js';
import { SqliteFile } from '../fixtures/sqlite-file.js';
import type { TestDatabase } from '../fixtures/test-database.js';

type Options = Record<string, unknown>;
type Parser = (text: string) => unknown;

/** By the number of the type: some of ours have no name there. */
interface ParserRegistry {
  getTypeParser(oid: number): Parser;
  setTypeParser(oid: number, parser: Parser): void;
}

let database: TestDatabase;

afterEach(() => database.remove());

async function startWith(options: Options): Promise<void> {
  const connect = () => database.connect(options);
  await fullStarts(await connect(), await connect());
}

class UpperCase extends DefaultNamingStrategy {
  override columnName(property: string, custom: string, prefixes: string[]): string {
    return super.columnName(property, custom, prefixes).toUpperCase();
  }
}

const ofTypeOrm: Record<string, Options> = {
  'nothing else': {},
  namingStrategy: { namingStrategy: new UpperCase() },
  entityPrefix: { entityPrefix: 'app_', synchronize: true },
  cache: { cache: { alwaysEnabled: true } },
  'what concerns entities and the log only': {
    invalidWhereValuesBehavior: { null: 'throw', undefined: 'throw' },
    isolateWhereStatements: true,
    relationLoadStrategy: 'query',
    logger: 'debug',
    maxQueryExecutionTime: 60_000,
  },
};

const isolationLevels: Record<string, Options> = {
  'READ UNCOMMITTED': { isolationLevel: 'READ UNCOMMITTED' },
  'READ COMMITTED': { isolationLevel: 'READ COMMITTED' },
  'REPEATABLE READ': { isolationLevel: 'REPEATABLE READ' },
  SERIALIZABLE: { isolationLevel: 'SERIALIZABLE' },
};

interface Sqlite {
  defaultSafeIntegers(): unknown;
}

describe('every start on SQLite reads what it wrote', () => {
  beforeEach(async () => {
    database = await SqliteFile.create();
  });

  const options: Record<string, Options> = {
    ...ofTypeOrm,
    defaultSafeIntegers: { prepareDatabase: (opened: Sqlite) => opened.defaultSafeIntegers() },
    enableWAL: { enableWAL: true, statementCacheSize: 1 },
  };
  it.each(Object.keys(options))('with %s', (name) => startWith(options[name]!));
});

await describeOn(['postgres'], 'every start on PostgreSQL reads what it wrote', ({ postgres }) => {
  beforeEach(async () => {
    database = await PostgresSchema.create(postgres);
  });

  const options: Record<string, Options> = {
    ...ofTypeOrm,
    ...isolationLevels,
    parseInt8: { parseInt8: true },
    'what is its own': { applicationName: 'app', useUTC: false, uuidExtension: 'pgcrypto', driver: pg },
    'binary: true': { extra: { binary: true } },
    types: { extra: { types: { getTypeParser: () => (value: string) => `${value} ` } } },
    pipeline: { extra: { pipeline: true } },
    'connections that do not last': { extra: { maxUses: 1, idleTimeoutMillis: 1, allowExitOnIdle: true } },
    'bounds on time': {
      extra: { query_timeout: 30_000, statement_timeout: 30_000, lock_timeout: 30_000 },
    },
  };
  it.each(Object.keys(options))('with %s', (name) => startWith(options[name]!));

  const other: Parser = (text) => ({ text });
  const parsers: [name: string, oid: number, parser: Parser][] = [
    ['int8 as BigInt', 20, BigInt],
    ['int8 as number', 20, Number],
    ['int8 as object', 20, other],
    ['int4 as BigInt', 23, BigInt],
    ['int4 as object', 23, other],
    ['oid as BigInt', 26, BigInt],
    ['text in other letters', 25, (text) => text.toUpperCase()],
    ['varchar in other letters', 1043, (text) => text.toUpperCase()],
    ['name in other letters', 19, (text) => text.toUpperCase()],
    ['unknown in other letters', 705, (text) => text.toUpperCase()],
    ['bool as text', 16, String],
    ['bool as object', 16, other],
    ['numeric as number', 1700, Number],
    ['timestamptz as text', 1184, String],
    ['timestamp as object', 1114, other],
  ];
  it.each(parsers)('with %s', async (_name, oid, parser) => {
    const types = pg.types as ParserRegistry;
    const before = types.getTypeParser(oid);
    types.setTypeParser(oid, parser);
    try {
      await startWith({});
    } finally {
      types.setTypeParser(oid, before);
    }
  });

  it('with other defaults of the driver', async () => {
    const before = { ...pg.defaults };
    Object.assign(pg.defaults, { binary: true, rows: 1, parseInputDatesAsUTC: true });
    try {
      await startWith({});
    } finally {
      Object.assign(pg.defaults, before);
    }
  });
});

await describeOn(['mariadb'], 'every start on MariaDB reads what it wrote', ({ mariadb }) => {
  beforeEach(async () => {
    database = await MariadbDatabase.create(mariadb);
  });

  const asBigInt = (field: { type: string; string(): string | null }, next: () => unknown): unknown => {
    if (field.type !== 'LONGLONG') return next();
    const text = field.string();
    return text === null ? null : BigInt(text);
  };
  const options: Record<string, Options> = {
    ...ofTypeOrm,
    ...isolationLevels,
    'type: mysql': { type: 'mysql' },
    enableQueryTimeout: { enableQueryTimeout: true, maxQueryExecutionTime: 20_000 },
    'supportBigNumbers: true': { supportBigNumbers: true },
    'supportBigNumbers: true, bigNumberStrings: false': { supportBigNumbers: true, bigNumberStrings: false },
    'supportBigNumbers: false': { supportBigNumbers: false, bigNumberStrings: false },
    'bigNumberStrings alone': { supportBigNumbers: false, bigNumberStrings: true },
    dateStrings: { dateStrings: true },
    'dateStrings of one type': { dateStrings: ['DATE'] },
    multipleStatements: { multipleStatements: true },
    'timezone: Z': { timezone: 'Z' },
    'timezone: +09:00': { timezone: '+09:00' },
    charset: { charset: 'utf8mb4_bin' },
    '-FOUND_ROWS': { flags: ['-FOUND_ROWS'] },
    'flags of several kinds': { flags: ['-FOUND_ROWS', '-IGNORE_SPACE', 'MULTI_STATEMENTS'] },
    typeCast: { extra: { typeCast: asBigInt } },
    decimalNumbers: { extra: { decimalNumbers: true } },
    namedPlaceholders: { extra: { namedPlaceholders: true } },
    'stringifyObjects: false': { extra: { stringifyObjects: false } },
    jsonStrings: { extra: { jsonStrings: true } },
    disableEval: { extra: { disableEval: true, typeCast: asBigInt } },
    compress: { extra: { compress: true } },
    'a pool that keeps nobody waiting': { extra: { queueLimit: 1, waitForConnections: false } },
    'connections that do not last': { extra: { resetOnRelease: true, maxIdle: 1, idleTimeout: 1 } },
  };
  it.each(Object.keys(options))('with %s', (name) => startWith(options[name]!));

  // TypeORM itself cannot connect with any of these.
  const later: Record<string, Options> = {
    'typeCast to another type': { typeCast: (field: { string(): string }) => ({ text: field.string() }) },
    'typeCast: false': { typeCast: false },
    rowsAsArray: { rowsAsArray: true },
    'nestTables: true': { nestTables: true },
    'nestTables: _': { nestTables: '_' },
  };
  it.each(Object.keys(later))('with %s, set on the connections', async (name) => {
    const connect = async () => setOnConnections(await database.connect(), later[name]!);
    await fullStarts(await connect(), await connect());
  });
});

interface MysqlPool {
  readonly config: { readonly connectionConfig: object };
}

/** On those that the pool opens, and on the one that it has already. */
async function setOnConnections(dataSource: DataSource, options: Options): Promise<DataSource> {
  const { pool } = dataSource.driver as unknown as { pool: MysqlPool };
  Object.assign(pool.config.connectionConfig, options);
  const runner = dataSource.createQueryRunner();
  const { config } = (await runner.connect()) as { config: object };
  Object.assign(config, options);
  await runner.release();
  return dataSource;
}
