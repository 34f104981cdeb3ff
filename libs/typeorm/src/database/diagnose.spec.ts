import type { DataSource } from 'typeorm';
import { describeOnEngines } from '../fixtures/describe-engines.js';
import { Note } from '../fixtures/note.entity.js';
import { noteTable } from '../fixtures/notes.js';
import { targetSystem } from '../fixtures/open.js';
import type { TestDatabase } from '../fixtures/test-database.js';

const failureOf = (work: Promise<unknown>): Promise<unknown> =>
  work.then(
    () => undefined,
    (error: unknown) => error,
  );

await describeOnEngines('what a database says of a failure', (open, engine) => {
  let database: TestDatabase;
  let dataSource: DataSource;
  let diagnosed: (work: Promise<unknown>) => Promise<unknown>;

  beforeEach(async () => {
    database = await open();
    dataSource = await database.connect();
    diagnosed = async (work) => targetSystem(dataSource).diagnose(await failureOf(work));
    await dataSource.getRepository(Note).insert({ key: 'ann@example.org', value: 's3cret' });
  });
  afterEach(() => database.remove());

  it('has code and statement of a violated key, and no value of it', async () => {
    const again = dataSource.getRepository(Note).insert({ key: 'ann@example.org', value: 's3cret' });
    const said = await diagnosed(again);
    const facts = {
      PostgreSQL: { code: '23505', sqlState: '23505', constraint: expect.any(String), object: 'note' },
      PgBouncer: { code: '23505', sqlState: '23505', constraint: expect.any(String), object: 'note' },
      MariaDB: { code: '1062', codeName: 'ER_DUP_ENTRY', sqlState: '23000' },
      SQLite: { code: 'SQLITE_CONSTRAINT_PRIMARYKEY' },
    };
    expect(said).toMatchObject({ ...facts[engine], statement: expect.stringMatching(/^INSERT INTO .*note/) });
    expect(JSON.stringify(said)).not.toMatch(/ann@|s3cret/);
  });

  it('takes the literals out of a statement', async () => {
    const said = await diagnosed(
      dataSource.query(`INSERT INTO ${noteTable(dataSource)} VALUES ('ann@example.org', 'it''s s3cret')`),
    );
    expect(said).toMatchObject({ statement: expect.stringMatching(/VALUES \('\?', '\?'\)$/) });
  });

  it('has the statement of one that the server cannot read', async () => {
    const said = await diagnosed(dataSource.query('SELEKT 1 /* s3cret */'));
    const codes = { PostgreSQL: '42601', PgBouncer: '42601', MariaDB: '1064', SQLite: 'SQLITE_ERROR' };
    expect(said).toMatchObject({ code: codes[engine], statement: 'SELEKT 1' });
  });

  it('knows its version', async () => {
    expect(await targetSystem(dataSource).serverVersion()).toMatch(/^\d+\.\d+/);
  });

  it('says nothing of an error of the application', () => {
    const said = targetSystem(dataSource).diagnose(new TypeError('no'));
    expect(Object.values(said).filter((fact) => fact !== undefined)).toEqual([]);
  });
});
