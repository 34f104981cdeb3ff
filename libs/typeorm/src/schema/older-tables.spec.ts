import { auditEntries, holdOf } from '@nestjs-flamingock/testing';
import { HISTORY_FORMAT } from '@nestjs-flamingock/core/adapter';
import type { DataSource } from 'typeorm';
import { createTableStatements } from './create-table-statements.js';
import { describeOnEngines } from '../fixtures/describe-engines.js';
import { auditStore, targetSystem } from '../fixtures/open.js';
import type { TestDatabase } from '../fixtures/test-database.js';
import { MissingTablesError } from '../typeorm.errors.js';

const service = 'inventory';

/** What an older version's statement was, and its table. */
const older = (statement: string): string =>
  statement.replace(/, .format. [^,()]+(?=, PRIMARY)/, '').replace(/, .owner. [^,()]+(?=, PRIMARY)/, '');
const tableIn = (statement: string | undefined): string => /EXISTS (.+?) \(/.exec(statement ?? '')?.[1] ?? '';

let database: TestDatabase;
let dataSource: DataSource;

afterEach(() => database.remove());

await describeOnEngines('tables of a version that knew neither owner nor format', (open) => {
  beforeEach(async () => {
    database = await open();
    dataSource = await database.connect();
    const { auditStore: audit, targetSystem: target } = createTableStatements(dataSource);
    for (const statement of [...audit, ...target]) await dataSource.query(older(statement));
    const hash = '0'.repeat(64);
    const [heads, fences] = [tableIn(audit[1]), tableIn(target[1])];
    await dataSource.query(
      `INSERT INTO ${heads} (service, token, seq, hash) VALUES ('${service}', 4, 0, '${hash}')`,
    );
    await dataSource.query(`INSERT INTO ${fences} (service, token) VALUES ('${service}', 4)`);
  });

  it('are read as they are', async () => {
    expect(await auditStore(dataSource).readHead(service)).toMatchObject({
      token: 4,
      owner: null,
      format: 1,
    });
    expect(await targetSystem(dataSource).markers.look(service)).toEqual({ token: 4, owner: null });
  });

  it('get the columns by whichever of several instances comes first', async () => {
    const sources = await Promise.all(Array.from({ length: 4 }, () => database.connect()));
    await Promise.all(
      sources.flatMap((source) => [auditStore(source).prepare(), targetSystem(source).markers.prepare()]),
    );
    const hold = holdOf(5, service);
    const store = auditStore(dataSource);
    expect(await store.claimHead(hold)).toMatchObject({
      token: 5,
      owner: hold.owner,
      format: HISTORY_FORMAT,
      seq: 0,
    });
    await store.append({ hold, entries: auditEntries(undefined, { service }) });
    const { markers } = targetSystem(dataSource);
    await markers.claim(hold);
    expect(await markers.look(service)).toEqual({ token: 5, owner: hold.owner });
    expect(await markers.read(hold, 'a')).toBeUndefined();
  });

  it('keep the format of a version that writes what this one does not know', async () => {
    const store = auditStore(dataSource);
    await store.prepare();
    const { auditStore: audit } = createTableStatements(dataSource);
    await dataSource.query(`UPDATE ${tableIn(audit[1])} SET format = 7`);
    expect(await store.readHead(service)).toMatchObject({ format: 7 });
    expect(await store.claimHead(holdOf(9, service))).toMatchObject({ token: 9, format: 7 });
  });

  it('are refused with the statements that add it, where tables may not be altered', async () => {
    const options = { createTables: false };
    const stores = [auditStore(dataSource, options), targetSystem(dataSource, options).markers];
    const errors = await Promise.all(stores.map((store) => store.prepare().catch((error: unknown) => error)));
    for (const error of errors) expect(error).toBeInstanceOf(MissingTablesError);
    const missing = errors as MissingTablesError[];
    expect(missing.map(({ tables }) => tables)).toEqual([
      ['flamingock_audit_heads'],
      ['flamingock_markers', 'flamingock_fences'],
    ]);
    for (const { statements } of missing) {
      for (const statement of statements) await dataSource.query(statement);
    }
    for (const store of stores) await store.prepare();
  });
});
