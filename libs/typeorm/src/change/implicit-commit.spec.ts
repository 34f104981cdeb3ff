import { TransactionLostError } from '@nestjs-flamingock/core';
import { auditEntries, holdOf } from '@nestjs-flamingock/testing';
import { Table, type DataSource, type EntityManager } from 'typeorm';
import { describeOnMariadb } from '../fixtures/describe-engines.js';
import { COMMITTING, HARMLESS } from '../fixtures/mysql-statements.js';
import { Note } from '../fixtures/note.entity.js';
import { keysOf, note } from '../fixtures/notes.js';
import { auditStore, CHANGE, managerOf, targetSystem } from '../fixtures/open.js';
import type { TestDatabase } from '../fixtures/test-database.js';
import type { TypeOrmTargetSystem } from '../target/typeorm.target-system.js';
import { ImplicitCommitError, NonTransactionalStatementError } from '../transaction.errors.js';

await describeOnMariadb('a transactional change', (open, server) => {
  let database: TestDatabase;
  let dataSource: DataSource;
  let reader: DataSource;
  let target: TypeOrmTargetSystem;

  beforeEach(async () => {
    database = await open();
    dataSource = await database.connect();
    reader = await database.connect();
    target = targetSystem(dataSource);
  });

  afterEach(async () => {
    await target.close();
    await database.remove();
  });

  const change = (work: (manager: EntityManager) => Promise<unknown>) =>
    target.transaction(CHANGE, async (handles) => {
      await managerOf(handles).save(Note, note('first'));
      await work(managerOf(handles));
    });

  it('refuses every statement that commits implicitly before it runs', async () => {
    const outcome = await change(async (manager) => {
      for (const statement of COMMITTING) {
        const refused: unknown = await manager.query(statement).catch((error: unknown) => error);
        expect([statement, refused]).toEqual([statement, expect.any(NonTransactionalStatementError)]);
      }
      throw new RangeError();
    });
    expect(outcome).toEqual({ status: 'rolled-back', error: expect.any(RangeError) });
    expect(await keysOf(reader)).toEqual([]);
  });

  it('runs those that do not', async () => {
    const outcome = await change(async (manager) => {
      for (const statement of HARMLESS) await manager.query(statement);
      throw new RangeError();
    });
    expect(outcome).toEqual({ status: 'rolled-back', error: expect.any(RangeError) });
    expect(await keysOf(reader)).toEqual([]);
  });

  const table = new Table({ name: 't', columns: [{ name: 'a', type: 'int' }] });
  const ways: Record<string, (manager: EntityManager) => Promise<unknown>> = {
    'the query runner': (manager) => manager.queryRunner!.createTable(table),
    'a query runner of the DataSource': async () => {
      const runner = dataSource.createQueryRunner();
      await runner.createTable(table).finally(() => runner.release());
    },
    'clear of a repository': () => dataSource.getRepository(Note).clear(),
    'the schema builder': async () => {
      await reader.query('DROP TABLE note');
      await dataSource.synchronize();
    },
    'a statement of the DataSource': () => dataSource.query('ALTER TABLE note ADD COLUMN c INT'),
  };
  for (const [title, way] of Object.entries(ways)) {
    it(`refuses them through ${title}, and names change, statement and remedy`, async () => {
      const outcome = await target.transaction(CHANGE, async (handles) => {
        await way(managerOf(handles));
      });
      expect(outcome).toMatchObject({
        status: 'rolled-back',
        error: { constructor: NonTransactionalStatementError, changeId: CHANGE.changeId },
      });
      expect(String((outcome as { error: unknown }).error)).toMatch(
        /(CREATE|ALTER|TRUNCATE) TABLE.*"add-notes".*"transactional: false"/,
      );
    });
  }

  describe('that calls a procedure which commits', () => {
    beforeEach(() => reader.query('CREATE PROCEDURE p() BEGIN CREATE TABLE made (a INT); END'));

    it('is partly applied when it fails', async () => {
      const outcome = await change(async (manager) => {
        await manager.query('CALL p()');
        throw new RangeError();
      });
      expect(outcome).toEqual({ status: 'partly-applied', error: expect.any(RangeError) });
      expect(await keysOf(reader)).toEqual(['first']);
    });

    it('is partly applied, and has no entry and no marker, when it succeeds', async () => {
      const store = auditStore(dataSource);
      await store.prepare();
      await store.claimHead(holdOf(1, CHANGE.service));
      const shared = await target.transaction(CHANGE, async (handles, tx) => {
        await managerOf(handles).query('CALL p()');
        await store.append({ hold: holdOf(1, CHANGE.service), entries: auditEntries(undefined, {}) }, tx);
      });
      expect(shared).toEqual({ status: 'partly-applied', error: expect.any(ImplicitCommitError) });
      expect((await store.readHead(CHANGE.service))?.seq).toBe(0);
      await reader.query('DROP TABLE made');
      await target.markers.prepare();
      const marker = { ...CHANGE, ...holdOf(1, CHANGE.service) };
      const separate = await target.transaction(
        CHANGE,
        async (handles) => {
          await managerOf(handles).query('CALL p()');
        },
        marker,
      );
      expect(separate).toEqual({ status: 'partly-applied', error: expect.any(ImplicitCommitError) });
      expect(await target.markers.read(holdOf(1, CHANGE.service), CHANGE.changeId)).toBeUndefined();
    });
  });

  // MySQL has neither such a statement nor such a setting.
  if (server === 'MariaDB') {
    const compound = (statement: string): string =>
      `BEGIN NOT ATOMIC DECLARE n INT DEFAULT 1; IF n = 1 THEN ${statement}; END IF; END`;

    it('has a compound statement as part of its transaction', async () => {
      const statement = compound(`INSERT INTO note VALUES ('compound', 'v')`);
      expect(await change((manager) => manager.query(statement))).toEqual({ status: 'committed' });
      expect(await keysOf(reader)).toEqual(['compound', 'first']);
      await reader.query('DELETE FROM note');
      const failed = await change(async (manager) => {
        await manager.query(statement);
        throw new RangeError();
      });
      expect(failed).toEqual({ status: 'rolled-back', error: expect.any(RangeError) });
      expect(await keysOf(reader)).toEqual([]);
    });

    it('is partly applied where a compound statement has committed', async () => {
      const outcome = await change((manager) => manager.query(compound('CREATE TABLE made (a INT)')));
      expect(outcome).toEqual({ status: 'partly-applied', error: expect.any(ImplicitCommitError) });
      expect(await keysOf(reader)).toEqual(['first']);
    });

    describe('whose record was changed since it read it', () => {
      /** MariaDB 11.6.2 and later end the transaction then, unless they are told otherwise. */
      async function changed(work: (manager: EntityManager) => Promise<unknown>) {
        await dataSource.query('SET SESSION innodb_snapshot_isolation = ON');
        await reader.manager.save(Note, note('a'));
        return change(async (manager) => {
          await manager.find(Note);
          await reader.query(`UPDATE note SET value = 'theirs' WHERE \`key\` = 'a'`);
          await work(manager);
        });
      }
      const update = (manager: EntityManager) =>
        manager.query(`UPDATE note SET value = 'mine' WHERE \`key\` = 'a'`);

      it('is rolled back', async () => {
        const outcome = await changed(update);
        expect(outcome).toMatchObject({ status: 'rolled-back', error: { driverError: { errno: 1020 } } });
        expect(await keysOf(reader)).toEqual(['a']);
      });

      it('is rolled back when it goes on as if nothing had happened, and says why', async () => {
        const outcome = await changed(async (manager) => {
          await expect(update(manager)).rejects.toMatchObject({ errno: 1020 });
          await expect(manager.save(Note, note('after'))).rejects.toBeInstanceOf(TransactionLostError);
        });
        expect(outcome).toEqual({ status: 'rolled-back', error: expect.any(TransactionLostError) });
        expect(String((outcome as { error: unknown }).error)).toMatch(/"add-notes".*Record has changed/);
        expect(await keysOf(reader)).toEqual(['a']);
      });

      it('goes on after an error that leaves it open', async () => {
        const outcome = await change(async (manager) => {
          await expect(manager.query(`INSERT INTO note VALUES ('first', 'again')`)).rejects.toThrow();
          await manager.save(Note, note('after'));
        });
        expect(outcome).toEqual({ status: 'committed' });
        expect(await keysOf(reader)).toEqual(['after', 'first']);
      });
    });
  }

  describe('in a deadlock', () => {
    async function deadlock(after: (manager: EntityManager, error: unknown) => Promise<unknown>) {
      await reader.manager.save(Note, [note('a'), note('b')]);
      const runner = reader.createQueryRunner();
      await runner.startTransaction();
      // The server takes back whoever has written less.
      const many = Array.from({ length: 50 }, (_, index) => note(`other ${index}`));
      await runner.manager.save(Note, many);
      await runner.query(`UPDATE note SET value = 'theirs' WHERE \`key\` = 'b'`);
      const outcome = await target.transaction(CHANGE, async (handles) => {
        const manager = managerOf(handles);
        await manager.query(`UPDATE note SET value = 'mine' WHERE \`key\` = 'a'`);
        const waiting = runner.query(`UPDATE note SET value = 'theirs' WHERE \`key\` = 'a'`);
        await new Promise((resolve) => setTimeout(resolve, 100));
        const [mine, queued] = await Promise.allSettled([
          manager.query(`UPDATE note SET value = 'mine' WHERE \`key\` = 'b'`),
          manager.query(`INSERT INTO note VALUES ('late', 'v')`),
        ]);
        await waiting;
        expect([mine.status, queued.status]).toEqual(['rejected', 'rejected']);
        await after(manager, (mine as PromiseRejectedResult).reason);
      });
      await runner.rollbackTransaction();
      await runner.release();
      return outcome;
    }

    it('is rolled back, and nothing of it runs after that', async () => {
      const outcome = await deadlock(async (_, error) => {
        throw error;
      });
      expect(outcome).toMatchObject({ status: 'rolled-back', error: { driverError: { errno: 1213 } } });
      expect(await keysOf(reader)).toEqual(['a', 'b']);
    });

    it('is rolled back when it goes on as if nothing had happened', async () => {
      const outcome = await deadlock((manager) =>
        expect(manager.save(Note, note('after'))).rejects.toBeInstanceOf(TransactionLostError),
      );
      expect(outcome).toEqual({ status: 'rolled-back', error: expect.any(TransactionLostError) });
      expect(await keysOf(reader)).toEqual(['a', 'b']);
    });
  });
});
