import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import {
  FlamingockModule,
  FlamingockService,
  nonTransactionalTargetSystem,
  type AuditEntry,
  type FlamingockModuleOptions,
} from '@nestjs-flamingock/core';
import type { AuditStore } from '@nestjs-flamingock/core/adapter';
import { FlamingockTest, holdOf, inMemoryAuditStore, InMemoryDatabase } from '@nestjs-flamingock/testing';
import { describeOn } from '../../support/services/describe-on.js';
import { auditStoreOn, databaseModule } from '../../support/fixtures/database.js';
import { mongoDatabase } from '../../support/mongo-database.js';
import {
  mariadbDatabase,
  postgresDatabase,
  sqliteFile,
  type SqlDatabase,
} from '../../support/sql-database.js';
import type { CreateDatabase } from '../../support/test-database.js';
import {
  rowsInMemory,
  rowsOfCollections,
  rowsOfTables,
  type RowAccess,
  type StoredRow,
  type StoredRows,
} from './stored-rows.js';

/** An empty database of one test. */
interface OpenDatabase {
  readonly imports: readonly ReturnType<typeof databaseModule>[];
  readonly auditStore: FlamingockModuleOptions['auditStore'];
  readonly rows: RowAccess;
  readonly close: () => Promise<void>;
}

/** What verification must find in every store: the hashes are those that were written. */
const FOUND = {
  shop: {
    ok: true,
    entries: 41,
    head: { seq: 41, hash: '36cfa8f96c02bf452cad87ded995a5333c58afa85d97fdf8b596a180f75a6c2e' },
    accepted: [{ seq: 9, changeId: 'publish', fault: 'content does not match its hash' }],
    decisions: 0,
  },
  store: {
    ok: true,
    entries: 9,
    head: { seq: 9, hash: '4f1204d4a66ceae05aa728300ccb00c5ed8afa51dffbd9d6f093285cd8ee6fa8' },
    accepted: [],
    decisions: 0,
  },
};
type Service = keyof typeof FOUND;
const SERVICES = Object.keys(FOUND) as Service[];

/** What occurs in the frozen histories: all that entries had when they were written. */
const OCCURRING = {
  states: [
    'EXECUTED',
    'EXECUTION_FAILED',
    'MANUAL_MARKED_AS_EXECUTED',
    'MANUAL_MARKED_AS_ROLLED_BACK',
    'ROLLBACK_FAILED',
    'ROLLED_BACK',
    'STARTED',
  ],
  operations: ['EXECUTE', 'FIX', 'IMPORT', 'RECONCILE', 'UNDO'],
  strategies: ['NON_TX', 'TX_SEPARATE', 'TX_SHARED'],
  metadata: [
    'accepts',
    'by',
    'claimed',
    'effect',
    'evidence',
    'fingerprint',
    'from',
    'hash',
    'operation',
    'reason',
    'seq',
    'service',
    'to',
    'token',
  ],
};

const frozen = (store: string) =>
  JSON.parse(
    readFileSync(join('test', 'proof', 'frozen-histories', 'fixtures', `${store}.json`), 'utf8'),
  ) as StoredRows;
const different = (values: readonly string[]) => [...new Set(values)].sort();

/** Does something with an application of that name, which applies nothing. */
async function within<T>(
  { imports, auditStore }: OpenDatabase,
  service: string,
  work: (flamingock: FlamingockService, store: AuditStore) => Promise<T>,
): Promise<T> {
  const targetSystems = [nonTransactionalTargetSystem('files')];
  const flamingock = FlamingockModule.forRoot({ service, auditStore, targetSystems, runAt: 'manual' });
  const test = await FlamingockTest.create({ imports: [...imports, flamingock] }, { auditStore: 'own' });
  await test.module.init();
  try {
    return await work(test.module.get(FlamingockService, { strict: false }), test.store);
  } finally {
    await test.close();
  }
}

/** Every entry of both histories. */
async function readAll(store: AuditStore): Promise<AuditEntry[]> {
  const entries: AuditEntry[] = [];
  for (const service of SERVICES) for await (const entry of store.readHistory(service)) entries.push(entry);
  return entries;
}

/** The entries among the rows, those included that a head still holds. */
function entriesAmong({ audit_entries, audit_heads }: StoredRows): StoredRow[] {
  const pending = audit_heads.flatMap((head) => (head['pending'] ?? []) as StoredRow[]);
  return [...audit_entries, ...pending].map(({ _id, ...entry }) => entry);
}

/** What holds in each store of the histories that were written with the first format. */
function frozenSuite(store: string, open: () => Promise<OpenDatabase>): void {
  let database: OpenDatabase;
  beforeEach(async () => {
    database = await open();
    await within(database, 'shop', (_flamingock, prepared) => prepared.prepare());
  });
  afterEach(() => database.close());

  it.each(SERVICES)('are found whole, entry by entry, as they were stored: %s', async (service) => {
    await database.rows.insert(frozen(store));
    const found = await within(database, service, (flamingock) => flamingock.audit.verify());
    expect(found).toEqual(FOUND[service]);
  });

  it('have every state, operation, strategy and key of metadata', async () => {
    await database.rows.insert(frozen(store));
    const entries = await within(database, 'shop', (_flamingock, there) => readAll(there));
    expect({
      states: different(entries.map(({ state }) => state)),
      operations: different(entries.map(({ operation }) => operation)),
      strategies: different(entries.map(({ txStrategy }) => txStrategy)),
      metadata: different(entries.flatMap(({ metadata }) => Object.keys(metadata))),
    }).toEqual(OCCURRING);
  });

  it('would be stored today as they were', async () => {
    const rows = frozen(store);
    await database.rows.insert(rows);
    const entries = await within(database, 'shop', (_flamingock, there) => readAll(there));
    const other = await open();
    try {
      await within(other, 'shop', async (_flamingock, empty) => {
        await empty.prepare();
        for (const service of SERVICES) await empty.claimHead(holdOf(1, service));
        for (const entry of entries) await empty.append({ hold: holdOf(1, entry.service), entries: [entry] });
      });
      expect(entriesAmong(await other.rows.read())).toMatchObject(entriesAmong(rows));
    } finally {
      await other.close();
    }
  });
}

function onTables(create: CreateDatabase<SqlDatabase>): () => Promise<OpenDatabase> {
  return async () => {
    const database = await create();
    return {
      imports: [databaseModule(database.options)],
      auditStore: auditStoreOn(database.options),
      rows: rowsOfTables(database.connection),
      close: () => database.drop(),
    };
  };
}

describe('histories of the first format in memory', () => {
  frozenSuite('memory', async () => {
    const database = new InMemoryDatabase();
    const rows = rowsInMemory(database);
    return { imports: [], auditStore: inMemoryAuditStore(database), rows, close: async () => {} };
  });
});

describe('histories of the first format in SQLite', () => frozenSuite('sqlite', onTables(sqliteFile)));

await describeOn(['postgres'], 'histories of the first format in PostgreSQL', ({ postgres }) => {
  frozenSuite('postgres', onTables(postgresDatabase(postgres)));
});

await describeOn(['mariadb'], 'histories of the first format in MariaDB', ({ mariadb }) => {
  frozenSuite('mariadb', onTables(mariadbDatabase(mariadb)));
});

await describeOn(['mysql'], 'histories of the first format in MySQL', ({ mysql }) => {
  frozenSuite('mysql', onTables(mariadbDatabase(mysql)));
});

await describeOn(['mongodb'], 'histories of the first format in MongoDB', ({ mongodb }) => {
  frozenSuite('mongodb', async () => {
    const database = await mongoDatabase(mongodb)();
    return {
      imports: [databaseModule(database.options)],
      auditStore: auditStoreOn(database.options),
      rows: rowsOfCollections(database.connection),
      close: () => database.drop(),
    };
  });
});
