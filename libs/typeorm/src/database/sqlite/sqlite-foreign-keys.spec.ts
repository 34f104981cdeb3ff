import { holdOf } from '@nestjs-flamingock/testing';
import { Table, TableColumn, TableForeignKey, TableIndex, type DataSource, type QueryRunner } from 'typeorm';
import { auditStore, CHANGE, targetSystem } from '../../fixtures/open.js';
import { SqliteFile } from '../../fixtures/sqlite-file.js';
import { QUERY_RUNNER } from '../../inject-query-runner.decorator.js';
import { BrokenReferenceError, ForeignKeysPragmaError } from '../../sqlite.errors.js';
import type { TypeOrmTargetSystem } from '../../target/typeorm.target-system.js';

let file: SqliteFile;
let dataSource: DataSource;
let target: TypeOrmTargetSystem;

beforeEach(async () => {
  file = await SqliteFile.create();
  dataSource = await file.connect();
  target = targetSystem(dataSource);
  await target.markers.prepare();
  await dataSource.createQueryRunner().createTable(
    new Table({
      name: 'parent',
      columns: [
        { name: 'id', type: 'integer', isPrimary: true },
        { name: 'name', type: 'text' },
        { name: 'other', type: 'text', isNullable: true },
      ],
      uniques: [{ name: 'uq', columnNames: ['name'] }],
      checks: [{ name: 'ck', expression: 'id > 0' }],
    }),
  );
  await dataSource.query(
    'CREATE TABLE child (id INTEGER PRIMARY KEY, parentId INTEGER REFERENCES parent (id) ON DELETE CASCADE)',
  );
  await dataSource.query(
    'CREATE TABLE note_of (id INTEGER PRIMARY KEY, parentId INTEGER REFERENCES parent (id) ON DELETE SET NULL)',
  );
  await dataSource.query(`INSERT INTO parent (id, name) VALUES (1, 'a'), (2, 'b')`);
  await dataSource.query('INSERT INTO child VALUES (1, 1), (2, 2)');
  await dataSource.query('INSERT INTO note_of VALUES (1, 1), (2, 2)');
});

afterEach(async () => {
  await target.close();
  await file.remove();
});

type Change = (runner: QueryRunner) => Promise<unknown>;

/** Every way in which a target runs a method of a change; each answers the error that it ended with. */
const ways: Record<string, (change: Change) => Promise<unknown>> = {
  'a transactional change': async (change) => {
    const outcome = await target.transaction(CHANGE, async (handles) => {
      await change(handles.get(QUERY_RUNNER) as QueryRunner);
    });
    return outcome.status === 'committed' ? undefined : outcome.error;
  },
  'a transactional change with a marker': async (change) => {
    const work = async (handles: ReadonlyMap<unknown, unknown>): Promise<void> => {
      await change(handles.get(QUERY_RUNNER) as QueryRunner);
    };
    const outcome = await target.transaction(CHANGE, work, { ...CHANGE, ...holdOf(1) });
    return outcome.status === 'committed' ? undefined : outcome.error;
  },
  'a change without transaction': (change) =>
    target
      .run(CHANGE, async (handles) => {
        await change(handles.get(QUERY_RUNNER) as QueryRunner);
      })
      .catch((error: unknown) => error),
};

const read = (text: string): Promise<unknown> => dataSource.query<unknown>(text);
const references = (): Promise<unknown[]> =>
  Promise.all([read('SELECT * FROM child ORDER BY id'), read('SELECT * FROM note_of ORDER BY id')]);
const foreignKeys = (): Promise<unknown> => read('PRAGMA foreign_keys');
const ON = [{ foreign_keys: 1 }];
const OFF = [{ foreign_keys: 0 }];

const rebuilds: Record<string, Change> = {
  addColumn: (runner) =>
    runner.addColumn('parent', new TableColumn({ name: 'more', type: 'text', isNullable: true })),
  dropColumn: (runner) => runner.dropColumn('parent', 'other'),
  renameColumn: (runner) => runner.renameColumn('parent', 'other', 'renamed'),
  changeColumn: (runner) =>
    runner.changeColumn(
      'parent',
      'other',
      new TableColumn({ name: 'other', type: 'varchar', isNullable: true }),
    ),
  createForeignKey: (runner) =>
    runner.createForeignKey(
      'parent',
      new TableForeignKey({
        columnNames: ['other'],
        referencedTableName: 'note',
        referencedColumnNames: ['key'],
      }),
    ),
  dropUniqueConstraint: (runner) => runner.dropUniqueConstraint('parent', 'uq'),
  dropCheckConstraint: (runner) => runner.dropCheckConstraint('parent', 'ck'),
  updatePrimaryKeys: async (runner) => {
    await runner.createIndex('parent', new TableIndex({ columnNames: ['id'], isUnique: true }));
    const columns = (await runner.getTable('parent'))?.columns ?? [];
    await runner.updatePrimaryKeys(
      'parent',
      columns.filter(({ name }) => name !== 'other'),
    );
  },
  renameTable: (runner) => runner.renameTable('parent', 'renamed'),
};

for (const [way, run] of Object.entries(ways)) {
  describe(`the foreign keys of SQLite in ${way}`, () => {
    for (const [title, rebuild] of Object.entries(rebuilds)) {
      it(`keep the rows that refer to a table through ${title}`, async () => {
        const before = await references();
        expect(await run(rebuild)).toBeUndefined();
        expect(await references()).toEqual(before);
        expect(await foreignKeys()).toEqual(ON);
      });
    }

    it('fail it for a row that it leaves referring to nothing, by table, row and constraint', async () => {
      const error = await run((runner) => runner.query('DELETE FROM parent WHERE id = 2'));
      expect(error).toBeInstanceOf(BrokenReferenceError);
      expect(error).toMatchObject({
        changeId: CHANGE.changeId,
        table: 'child',
        rowid: '2',
        constraint: 'FOREIGN KEY ("parentId") REFERENCES "parent"',
      });
      expect(String(error)).toMatch(
        /"child" \(the row with rowid 2\).*, and 1 more\. .*ON DELETE.*DELETE FROM "child" WHERE/,
      );
      expect(await foreignKeys()).toEqual(ON);
    });

    it('pass it when it deletes what refers to a row itself', async () => {
      const error = await run(async (runner) => {
        await runner.query('DELETE FROM parent WHERE id = 2');
        await runner.query('DELETE FROM child WHERE parentId = 2');
        await runner.query('UPDATE note_of SET parentId = NULL WHERE parentId = 2');
      });
      expect(error).toBeUndefined();
      expect(await references()).toEqual([
        [{ id: 1, parentId: 1 }],
        [
          { id: 1, parentId: 1 },
          { id: 2, parentId: null },
        ],
      ]);
    });

    it('pass it over references that were broken before', async () => {
      await dataSource.query('PRAGMA foreign_keys = OFF');
      await dataSource.query('INSERT INTO child VALUES (3, 3)');
      await dataSource.query(
        'CREATE TABLE bare (key TEXT PRIMARY KEY, parentId REFERENCES parent (id)) WITHOUT ROWID',
      );
      await dataSource.query(`INSERT INTO bare VALUES ('x', 7)`);
      await dataSource.query('CREATE TABLE odd (name REFERENCES parent (other))');
      await dataSource.query('PRAGMA foreign_keys = ON');
      expect(await run((runner) => runner.query('INSERT INTO child VALUES (4, 1)'))).toBeUndefined();
      const error = await run((runner) => runner.query(`INSERT INTO bare VALUES ('y', 7)`));
      expect(error).toMatchObject({ table: 'bare', rowid: undefined });
      expect(await foreignKeys()).toEqual(ON);
    });

    it('fail it for a foreign key that cannot hold any more', async () => {
      await dataSource.query('CREATE TABLE by_name (name TEXT REFERENCES parent (name))');
      const error = await run((runner) => runner.dropUniqueConstraint('parent', 'uq'));
      expect(error).toMatchObject({ table: 'by_name', constraint: expect.stringMatching(/mismatch/) });
    });

    it('are looked at in attached databases', async () => {
      await dataSource.query(`ATTACH ':memory:' AS "more of it"`);
      await dataSource.query('CREATE TABLE "more of it".a (id INTEGER PRIMARY KEY)');
      await dataSource.query('CREATE TABLE "more of it".b (a REFERENCES a (id))');
      expect(await run((runner) => runner.query('INSERT INTO b VALUES (1)'))).toMatchObject({ table: 'b' });
    });

    it('stay as the application has them', async () => {
      await dataSource.query('PRAGMA foreign_keys = OFF');
      expect(await run((runner) => runner.query('DELETE FROM parent'))).toBeUndefined();
      expect(await foreignKeys()).toEqual(OFF);
    });

    it('come back when it fails', async () => {
      const failure = new RangeError('mine');
      const error = await run(async (runner) => {
        await runner.query('DELETE FROM parent');
        throw failure;
      });
      expect(error).toBe(failure);
      expect(await foreignKeys()).toEqual(ON);
    });

    it('stay off for it behind a synchronization of the schema', async () => {
      const before = await references();
      const error = await run(async (runner) => {
        await dataSource.synchronize();
        await runner.dropColumn('parent', 'other');
      });
      expect(error).toBeUndefined();
      expect(await references()).toEqual(before);
      expect(await foreignKeys()).toEqual(ON);
      await dataSource.createQueryRunner().beforeMigration();
      await dataSource.createQueryRunner().afterMigration();
      expect(await foreignKeys()).toEqual(ON);
    });
  });
}

describe('the foreign keys of SQLite', () => {
  it('come back when the transaction of a change cannot begin', async () => {
    const writer = await file.connect();
    await writer.query('BEGIN EXCLUSIVE');
    const changed = target.transaction(CHANGE, async () => {});
    await new Promise((resolve) => setTimeout(resolve, 50));
    expect(await foreignKeys()).toEqual(ON);
    await writer.query('COMMIT');
    expect(await changed).toEqual({ status: 'committed' });
  });

  it('are on again for what subscribers do after the commit, and after the rollback', async () => {
    const seen: unknown[] = [];
    const look = async (): Promise<void> => void seen.push(await foreignKeys());
    dataSource.subscribers.push({ afterTransactionCommit: look, afterTransactionRollback: look });
    await target.transaction(CHANGE, async () => {});
    await target.transaction(CHANGE, () => Promise.reject(new RangeError()));
    expect(seen).toEqual([ON, ON]);
  });

  it.each(['OFF', '= 0', '(1)', '=on'])(
    'cannot be set in a transaction without a word: %s',
    async (value) => {
      const text = `PRAGMA main.foreign_keys ${value === 'OFF' ? '= OFF' : value}`;
      const outcome = await target.transaction(CHANGE, async (handles) => {
        const runner = handles.get(QUERY_RUNNER) as QueryRunner;
        await runner.query('PRAGMA foreign_keys');
        await runner.query(text);
      });
      expect(outcome).toMatchObject({ status: 'rolled-back', error: expect.any(ForeignKeysPragmaError) });
      expect(String((outcome as { error: unknown }).error)).toMatch(/Leave it out.*"transactional: false"/);
    },
  );

  it('are on for a change without transaction that wants them on', async () => {
    await target.run(CHANGE, async (handles) => {
      const runner = handles.get(QUERY_RUNNER) as QueryRunner;
      await runner.query('PRAGMA foreign_keys = ON');
      await runner.query('DELETE FROM parent WHERE id = 2');
    });
    expect(await references()).toEqual([
      [{ id: 1, parentId: 1 }],
      [
        { id: 1, parentId: 1 },
        { id: 2, parentId: null },
      ],
    ]);
  });

  it('stay off until the last of several changes has ended, and come back then', async () => {
    let letGo: () => void = () => undefined;
    const first = target.run(CHANGE, () => new Promise<void>((resolve) => (letGo = resolve)));
    await new Promise((resolve) => setTimeout(resolve, 20));
    const second = target.transaction(CHANGE, async () => {
      letGo();
      await first;
      expect(await foreignKeys()).toEqual(OFF);
    });
    expect(await second).toEqual({ status: 'committed' });
    expect(await foreignKeys()).toEqual(ON);
  });

  it('stay off between changes that follow each other, and come back where the next one does not come', async () => {
    const store = auditStore(dataSource);
    await store.prepare();
    await store.claimHead(holdOf(1));
    const settings: unknown[] = [];
    const followed = () => target.transaction({ ...CHANGE, followed: true }, async () => {});
    for (const change of [followed, followed, () => target.transaction(CHANGE, async () => {}), followed]) {
      expect(await change()).toEqual({ status: 'committed' });
      settings.push(await foreignKeys());
    }
    expect(settings).toEqual([OFF, OFF, ON, OFF]);
    await target.close();
    expect(await foreignKeys()).toEqual(ON);
  });
});
