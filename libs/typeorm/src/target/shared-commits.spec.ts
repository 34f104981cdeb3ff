import type { DataSource, EntityManager } from 'typeorm';
import { describeOn } from '../../../../test/support/services/describe-on.js';
import { describeOnEngines, describeOnMariadb, describeOnServers } from '../fixtures/describe-engines.js';
import { Note } from '../fixtures/note.entity.js';
import { insertOf, keysOf, note, noteTable } from '../fixtures/notes.js';
import { targetSystem } from '../fixtures/open.js';
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
import type { TestDatabase } from '../fixtures/test-database.js';
import {
  CommitRefusedError,
  NonTransactionalStatementError,
  SharedTransactionError,
} from '../transaction.errors.js';
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
const useConnection: Work = (manager: EntityManager) => manager.queryRunner!.connect();
const noteQuery = (query: string): string => query.replaceAll('NOTES', noteTable(dataSource));

await describeOnEngines('changes that share a commit', (open) => {
  beforeEach(() => setUp(open));

  it('may do nothing at all', async () => {
    expect(
      inWords(
        await run(
          async () => undefined,
          save('a'),
          async () => undefined,
        ),
      ),
    ).toEqual(['done', 'done', 'done', 'committed']);
    expect(await keysOf(dataSource)).toEqual(['a']);
  });

  it('may fail before their first statement', async () => {
    expect(inWords(await run(save('a'), fails))).toEqual(['done', 'rolled-back', 'committed']);
    expect(await keysOf(dataSource)).toEqual(['a']);
  });

  it('end with the nested transactions that they leave open where they fail', async () => {
    const open = async (manager: EntityManager) => {
      await manager.queryRunner!.startTransaction();
      await manager.save(Note, note('b'));
    };
    expect(inWords(await run(save('a'), both(save('c'), open)))).toEqual([
      'done',
      'rolled-back',
      'committed',
    ]);
    expect(await keysOf(dataSource)).toEqual(['a']);
  });

  it('have nested transactions of their own', async () => {
    const nested: Work = async (manager) => {
      await manager.transaction((inner) => inner.save(Note, note('kept')));
      await manager
        .transaction(async (inner) => {
          await inner.save(Note, note('taken back'));
          throw new RangeError();
        })
        .catch(() => undefined);
    };
    expect(inWords(await run(save('a'), nested, save('b')))).toEqual(['done', 'done', 'done', 'committed']);
    expect(await keysOf(dataSource)).toEqual(['a', 'b', 'kept']);
  });

  it('do not see what earlier ones have kept in the query runner', async () => {
    const seen: unknown[] = [];
    const work: Work = async ({ queryRunner }) => {
      seen.push(queryRunner!.data['mine']);
      queryRunner!.data['mine'] = 'set';
    };
    await run(work, work);
    expect(seen).toEqual([undefined, undefined]);
  });

  it('tell subscribers of each, once all are committed, and not of what was taken back', async () => {
    let told = 0;
    dataSource.subscribers.push({ afterTransactionCommit: () => void (told += 1) });
    await run(save('a'), save('b'), fails);
    expect(told).toBe(3);
  });
});

await describeOnServers('changes that share a commit', (open, engine) => {
  beforeEach(() => setUp(open));

  const setting = engine === 'MariaDB' ? `SET SESSION sql_mode = 'ANSI'` : 'SET work_mem = 1024';

  it('are followed by none where one has altered its session', async () => {
    expect(inWords(await run(save('a'), statements(setting), save('c')))).toEqual([
      'done',
      'done, the last',
      'committed',
    ]);
  });

  it("run the one apart that asks for the driver's connection, also where it goes on", async () => {
    const swallowing: Work = async (manager) => {
      await useConnection(manager).catch(() => undefined);
      await manager.save(Note, note('b'));
    };
    for (const work of [useConnection, swallowing]) {
      const shared = await run(save('a'), work, save('c'));
      expect(inWords(shared)).toEqual(['done', 'apart', 'committed']);
      expect(lastError(shared)).toBeInstanceOf(SharedTransactionError);
    }
    expect(await keysOf(dataSource)).toEqual(['a']);
  });

  it("are followed by none where the first has the driver's connection", async () => {
    expect(inWords(await run(both(save('a'), useConnection), save('b')))).toEqual([
      'done, the last',
      'committed',
    ]);
    expect(await keysOf(dataSource)).toEqual(['a']);
  });

  it('may read their rows as a stream', async () => {
    const reads: Work = async (manager) => {
      const rows = await manager.queryRunner!.stream(noteQuery('SELECT * FROM NOTES'));
      const keys: string[] = [];
      for await (const row of rows) keys.push((row as Note).key);
      await manager.save(
        Note,
        keys.map((key) => note(`${key} seen`)),
      );
    };
    expect(inWords(await run(save('a'), reads, reads))).toEqual(['done', 'done', 'done', 'committed']);
    expect(await keysOf(dataSource)).toEqual(['a', 'a seen', 'a seen seen']);
  });
});

await describeOnMariadb('changes that share a commit', (open) => {
  beforeEach(() => setUp(open));

  it('run the one apart that may commit those before it', async () => {
    await dataSource.query('CREATE PROCEDURE p() BEGIN CREATE TABLE t (a INT); END');
    const shared = await run(save('a'), statements('CALL p()'), save('c'));
    expect(inWords(shared)).toEqual(['done', 'apart', 'committed']);
    expect(await keysOf(dataSource)).toEqual(['a']);
    expect(await dataSource.query(`SHOW TABLES LIKE 't'`)).toEqual([]);
  });

  it('are lost where the server has ended their transaction', async () => {
    const other = await database.connect();
    const runner = other.createQueryRunner();
    await dataSource.manager.save(Note, [note('x'), note('y')]);
    await runner.startTransaction();
    const update = (key: string): string =>
      noteQuery(`UPDATE NOTES SET value = 'new' WHERE \`key\` = '${key}'`);
    await runner.query(update('x'));
    // The other one has written more, so that the server ends ours.
    for (let index = 0; index < 100; index += 1) await runner.manager.save(Note, note(`other ${index}`));
    let waiting: Promise<unknown> = Promise.resolve();
    const crossing: Work = async (manager) => {
      await manager.query(update('y'));
      waiting = runner.query(update('y'));
      await manager.query(update('x'));
    };
    const shared = await run(save('a'), crossing);
    await waiting;
    await runner.rollbackTransaction();
    await runner.release();
    expect(inWords(shared)).toEqual(['done', 'lost', 'rolled-back']);
    expect(await keysOf(dataSource)).toEqual(['x', 'y']);
  });
});

const onPostgres = (suite: () => void): Promise<void> =>
  describeOn(['postgres'], 'changes that share a commit on PostgreSQL', ({ postgres }) => {
    beforeEach(() => setUp(() => PostgresSchema.create(postgres)));
    suite();
  });

await onPostgres(() => {
  const deferred = (to: string, mode = 'INITIALLY DEFERRED'): string =>
    noteQuery(
      `CREATE TABLE child (parent varchar CONSTRAINT "has parent" REFERENCES NOTES DEFERRABLE ${mode}); ${to}`,
    );

  it('are followed by none after many savepoints, released ones among them', async () => {
    const nested: Work = async (manager) => {
      for (let count = 0; count < 20; count += 1)
        await manager.transaction((inner) => inner.query('SELECT 1'));
    };
    const many = both(nested, save('b'));
    expect(inWords(await run(save('a'), many, nested, nested, save('c')))).toEqual([
      'done',
      'done',
      'done',
      'done, the last',
      'committed',
    ]);
  });

  it('run the one apart that uses what can be used only after a commit', async () => {
    await dataSource.query(`CREATE TYPE colour AS ENUM ('red')`);
    const adds = statements(`ALTER TYPE colour ADD VALUE 'blue'`);
    const uses = statements(`SELECT 'blue'::colour`);
    const shared = await run(both(save('a'), adds), uses);
    expect(inWords(shared)).toEqual(['done', 'apart', 'committed']);
    expect(lastError(shared)).toBeInstanceOf(NonTransactionalStatementError);
    expect(await dataSource.query(`SELECT 'blue'::colour AS colour`)).toEqual([{ colour: 'blue' }]);
  });

  it('run the one apart that alters a table whose checks wait for the commit', async () => {
    await dataSource.query(deferred(''));
    await dataSource.manager.save(Note, note('a'));
    const shared = await run(
      statements(`INSERT INTO child VALUES ('a')`),
      statements('ALTER TABLE child ADD COLUMN more int'),
    );
    expect(inWords(shared)).toEqual(['done', 'apart', 'committed']);
  });

  it('fail by their own deferred constraints, and by those of no other', async () => {
    await dataSource.query(deferred(''));
    const broken = statements(`INSERT INTO child VALUES ('missing')`);
    const shared = await run(
      save('a'),
      statements(`INSERT INTO child VALUES ('a')`),
      broken,
      save('missing'),
    );
    expect(inWords(shared)).toEqual(['done', 'done', 'rolled-back', 'committed']);
    expect(await dataSource.query('SELECT parent FROM child')).toEqual([{ parent: 'a' }]);
  });

  it('leave the next one its deferred constraints', async () => {
    await dataSource.query(deferred(''));
    const lateParent = both(statements(`INSERT INTO child VALUES ('late')`), save('late'));
    expect(inWords(await run(save('a'), lateParent, save('b')))).toEqual([
      'done',
      'done',
      'done',
      'committed',
    ]);
  });

  it('are lost, and nothing of them is left, where a constraint could break that none could when they began', async () => {
    const shared = await run(
      save('a'),
      // Also where its text does not tell.
      statements(
        noteQuery(`CREATE FUNCTION f() RETURNS int LANGUAGE plpgsql AS $$ BEGIN
          CREATE TABLE child (parent varchar REFERENCES NOTES DEFERRABLE INITIALLY DEFERRED); RETURN 1; END $$`),
        'SELECT f()',
      ),
      statements(`INSERT INTO child VALUES ('repaired')`),
      save('repaired'),
    );
    expect(inWords(shared).at(-1)).toBe('rolled-back');
    expect(await keysOf(dataSource)).toEqual([]);
  });

  it('are followed by none where one leaves a cursor or sets when constraints are checked', async () => {
    for (const text of [
      'DECLARE c CURSOR FOR SELECT 1',
      'SET CONSTRAINTS ALL DEFERRED',
      'SET LOCAL work_mem = 1024',
    ]) {
      expect(inWords(await run(save('a'), statements(text), save('b')))).toEqual([
        'done',
        'done, the last',
        'committed',
      ]);
    }
  });

  it('take one back that goes on after the error of a statement', async () => {
    const swallowing: Work = async (manager) => {
      await manager.save(Note, note('b'));
      await manager.query('SELECT 1 / 0').catch(() => undefined);
    };
    const shared = await run(save('a'), swallowing);
    expect(inWords(shared)).toEqual(['done', 'rolled-back', 'committed']);
    expect(lastError(shared)).toBeInstanceOf(CommitRefusedError);
    expect(await keysOf(dataSource)).toEqual(['a']);
  });

  it('run on a driver that cannot send one statement before the other is answered', async () => {
    const { master } = dataSource.driver as unknown as {
      master: { on(event: 'acquire', listener: (client: { pipeline?: boolean }) => void): void };
    };
    master.on('acquire', (client) => delete client.pipeline);
    expect(inWords(await run(save('a'), both(save('b'), fails)))).toEqual([
      'done',
      'rolled-back',
      'committed',
    ]);
    expect(await keysOf(dataSource)).toEqual(['a']);
  });

  it('leave the connection as it was', async () => {
    const modes: unknown[] = [];
    const { master } = dataSource.driver as unknown as {
      master: {
        on(event: 'release', listener: (error: unknown, client: { pipeline?: boolean }) => void): void;
      };
    };
    master.on('release', (_error, client) => modes.push(client.pipeline));
    await run(save('a'), statements(insertOf(dataSource, 'b')), save('c'));
    expect(new Set(modes)).toEqual(new Set([false]));
  });
});
