import { TransactionControlError } from '@nestjs-flamingock/core';
import type { DataSource, EntityManager } from 'typeorm';
import { transactionOn } from '../change/typeorm-transaction.js';
import { describeOn } from '../../../../test/support/services/describe-on.js';
import { describeOnEngines, describeOnMariadb } from '../fixtures/describe-engines.js';
import { Note } from '../fixtures/note.entity.js';
import { insertOf, keysOf, note } from '../fixtures/notes.js';
import { CHANGE, managerOf, targetSystem } from '../fixtures/open.js';
import { PostgresSchema } from '../fixtures/postgres-schema.js';
import {
  both,
  fails,
  inWords,
  lastError,
  runShared,
  save,
  statements,
  type Shared,
  type Work,
} from '../fixtures/shared-transaction.js';
import { SqliteFile } from '../fixtures/sqlite-file.js';
import { Sql } from '../sql/sql.js';
import type { TestDatabase } from '../fixtures/test-database.js';
import { CommitRefusedError, ImplicitCommitError, SharedTransactionError } from '../transaction.errors.js';
import type { TypeOrmTargetSystem } from './typeorm.target-system.js';

let database: TestDatabase;
let dataSource: DataSource;
let target: TypeOrmTargetSystem;

async function setUp(open: () => Promise<TestDatabase>): Promise<void> {
  database = await open();
  dataSource = await database.connect();
  target = targetSystem(dataSource);
}

afterEach(async () => {
  await target.close();
  await database.remove();
});

const run = (...works: Work[]): Promise<Shared> => runShared(target, works);

await describeOnEngines('a change that shares a commit', (open) => {
  beforeEach(() => setUp(open));

  it.each(['SAVEPOINT flamingock_change', 'ROLLBACK TO SAVEPOINT flamingock_change'])(
    'may not touch the savepoint behind which it runs: %s',
    async (text) => {
      const shared = await run(save('a'), both(save('b'), statements(text), fails));
      expect(inWords(shared)).toEqual(['done', 'rolled-back', 'committed']);
      expect(lastError(shared)).toBeInstanceOf(TransactionControlError);
      expect(await keysOf(dataSource)).toEqual(['a']);
    },
  );

  it("is taken back where it has a savepoint of the name of TypeORM's", async () => {
    await run(save('a'), both(save('b'), statements('SAVEPOINT typeorm_1'), fails));
    expect(await keysOf(dataSource)).toEqual(['a']);
  });

  it('cannot go back to a savepoint of a change before it', async () => {
    const goesBack = (manager: EntityManager) =>
      statements('ROLLBACK TO SAVEPOINT mine')(manager).catch(() => undefined);
    await run(both(statements('SAVEPOINT mine'), save('a')), goesBack);
    expect(await keysOf(dataSource)).toEqual(['a']);
  });

  it('takes back with it what a subscriber wrote when it began', async () => {
    let begun = 0;
    dataSource.subscribers.push({
      afterTransactionStart: ({ queryRunner }) =>
        queryRunner.query(insertOf(dataSource, `begin ${(begun += 1)}`)),
    });
    await run(save('a'), fails);
    expect(await keysOf(dataSource)).toEqual(['a', 'begin 1', 'begin 2']);
  });
});

describe('a change that shares a commit on SQLite', () => {
  beforeEach(() => setUp(() => SqliteFile.create()));

  it("runs apart where it asks for the driver's connection, also where it is the first", async () => {
    const commits: Work = async ({ queryRunner }) => {
      const handle = (await queryRunner!.connect()) as { exec(text: string): void };
      handle.exec('COMMIT; BEGIN');
    };
    for (const before of [[], [save('a')]]) {
      const shared = await run(...before, commits);
      expect(inWords(shared).slice(before.length)).toEqual(['apart', 'committed']);
      expect(lastError(shared)).toBeInstanceOf(SharedTransactionError);
    }
  });
});

await describeOnMariadb('a change that shares a commit', (open) => {
  beforeEach(() => setUp(open));

  it('fails by its own error where what it did cannot be taken back', async () => {
    await dataSource.query('CREATE PROCEDURE p() BEGIN CREATE TABLE t (a INT); END');
    const shared = await run(both(save('a'), statements('CALL p()'), fails));
    expect(inWords(shared)).toEqual(['lost', 'partly-applied']);
    expect(shared.error).toBeInstanceOf(RangeError);
  });
});

await describeOn(['postgres'], 'a change that shares a commit on PostgreSQL', ({ postgres }) => {
  beforeEach(() => setUp(() => PostgresSchema.create(postgres)));

  it('is told what it did where it has committed on the connection of the driver', async () => {
    const commits: Work = async ({ queryRunner }) => {
      const client = (await queryRunner!.connect()) as { query(text: string): Promise<unknown> };
      await client.query('COMMIT; BEGIN');
    };
    const shared = await run(both(save('a'), commits));
    expect(inWords(shared)).toEqual(['lost', 'partly-applied']);
    expect(shared.error).toBeInstanceOf(ImplicitCommitError);
  });

  it('fails by the same error as alone where it goes on after the error of a statement', async () => {
    const swallows: Work = (manager) => manager.query('SELECT 1 / 0').catch(() => undefined);
    const alone = await target.transaction(CHANGE, async (handles, transaction) => {
      await swallows(managerOf(handles));
      // As the audit store does, which writes its entries then.
      await (await transactionOn(dataSource, transaction).seal()).execute(new Sql(['SELECT 1']));
    });
    expect(alone).toMatchObject({ status: 'rolled-back', error: expect.any(CommitRefusedError) });
    expect(lastError(await run(swallows))).toBeInstanceOf(CommitRefusedError);
  });

  it('sees what a constraint trigger did at the commit of the change before it', async () => {
    await statements(
      'CREATE TABLE seen (number int)',
      `CREATE FUNCTION count_notes() RETURNS trigger LANGUAGE plpgsql AS
         'BEGIN INSERT INTO seen SELECT count(*) FROM NOTES; RETURN NULL; END'`,
      `CREATE CONSTRAINT TRIGGER counts AFTER INSERT ON NOTES DEFERRABLE INITIALLY DEFERRED
         FOR EACH ROW EXECUTE FUNCTION count_notes()`,
    )(dataSource.manager);
    expect(inWords(await run(save('a'), save('b')))).toEqual(['done, the last', 'committed']);
    expect(await dataSource.query('SELECT number FROM seen')).toEqual([{ number: 1 }]);
  });

  it('runs apart where a statement is refused behind a savepoint, also where it is the first', async () => {
    const exports = statements('SELECT pg_export_snapshot()');
    expect(inWords(await run(exports))).toEqual(['apart', 'committed']);
    expect(inWords(await run(save('a'), exports))).toEqual(['done', 'apart', 'committed']);
  });

  it.each(['lock_timeout', 'statement_timeout'])(
    'runs apart where %s ends it: whoever it waits for may wait for a change before it',
    async (setting) => {
      await dataSource.manager.save(Note, [note('x'), note('y')]);
      const holder = (await database.connect()).createQueryRunner();
      await holder.startTransaction();
      const lock = (key: string): Work => statements(`UPDATE NOTES SET value = 'v' WHERE key = '${key}'`);
      await lock('y')(holder.manager);
      target = targetSystem(await database.connect({ extra: { [setting]: 100 } }));
      expect(inWords(await run(lock('x'), lock('y')))).toEqual(['done', 'apart', 'committed']);
      await holder.rollbackTransaction();
      await holder.release();
    },
  );
});
