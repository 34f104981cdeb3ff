import { auditEntries, holdOf } from '@nestjs-flamingock/testing';
import type { DataSource, EntityManager } from 'typeorm';
import { describeOnServers } from '../fixtures/describe-engines.js';
import { Note } from '../fixtures/note.entity.js';
import { insertOf, keysOf, note } from '../fixtures/notes.js';
import { auditStore, CHANGE, managerOf, targetSystem } from '../fixtures/open.js';
import type { TestDatabase } from '../fixtures/test-database.js';
import type { TypeOrmAuditStore } from '../audit/typeorm.audit-store.js';
import type { TypeOrmTargetSystem } from '../target/typeorm.target-system.js';
import { ImplicitCommitError } from '../transaction.errors.js';

interface Driver {
  query(text: string, done: (error: Error | null) => void): unknown;
}

/** Runs a statement past TypeORM. */
async function onDriver(manager: EntityManager, text: string): Promise<void> {
  const driver = (await manager.queryRunner!.connect()) as Driver;
  await new Promise<void>((resolve, reject) => {
    driver.query(text, (error) => (error ? reject(error) : resolve()));
  });
}

await describeOnServers("a change that uses the driver's connection", (open) => {
  let database: TestDatabase;
  let dataSource: DataSource;
  let reader: DataSource;
  let target: TypeOrmTargetSystem;
  let store: TypeOrmAuditStore;

  beforeEach(async () => {
    database = await open();
    dataSource = await database.connect();
    reader = await database.connect();
    target = targetSystem(dataSource);
    store = auditStore(dataSource);
    await store.prepare();
    await store.claimHead(hold);
    await target.markers.prepare();
  });

  afterEach(async () => {
    await target.close();
    await database.remove();
  });

  type Work = (manager: EntityManager) => Promise<unknown>;
  const insertFirst = (manager: EntityManager) => manager.save(Note, note('first'));
  const hold = holdOf(1, CHANGE.service);
  const marker = { ...CHANGE, ...hold };
  const entries = auditEntries(undefined, {});

  const ways: Record<string, (work: Work) => ReturnType<TypeOrmTargetSystem['transaction']>> = {
    'with its entries': (work) =>
      target.transaction(CHANGE, async (handles, tx) => {
        await insertFirst(managerOf(handles));
        await work(managerOf(handles));
        await store.append({ hold, entries }, tx);
      }),
    'with a marker': (work) =>
      target.transaction(
        CHANGE,
        async (handles) => {
          await insertFirst(managerOf(handles));
          await work(managerOf(handles));
        },
        marker,
      ),
  };
  const recorded = async () => [
    (await store.readHead(CHANGE.service))?.seq,
    await target.markers.read(hold, CHANGE.changeId),
  ];

  for (const [way, run] of Object.entries(ways)) {
    describe(way, () => {
      it('commits what it did there', async () => {
        const outcome = await run((manager) => onDriver(manager, insertOf(dataSource, 'raw')));
        expect(outcome).toEqual({ status: 'committed' });
        expect(await keysOf(reader)).toEqual(['first', 'raw']);
        expect(await recorded()).not.toEqual([0, undefined]);
      });

      it('rolls back what it did there', async () => {
        const outcome = await run(async (manager) => {
          await onDriver(manager, insertOf(dataSource, 'raw'));
          throw new RangeError();
        });
        expect(outcome).toEqual({ status: 'rolled-back', error: expect.any(RangeError) });
        expect(await keysOf(reader)).toEqual([]);
      });

      it('rolls back after a statement that failed there', async () => {
        const outcome = await run((manager) => onDriver(manager, 'SELEC'));
        expect(outcome).toMatchObject({ status: 'rolled-back' });
        expect(await keysOf(reader)).toEqual([]);
      });

      const ends: Record<string, readonly string[]> = {
        COMMIT: ['COMMIT'],
        ROLLBACK: ['ROLLBACK'],
        'COMMIT and BEGIN': ['COMMIT', 'BEGIN'],
        'ROLLBACK and BEGIN': ['ROLLBACK', 'BEGIN'],
      };
      for (const [title, statements] of Object.entries(ends)) {
        const work = async (manager: EntityManager): Promise<void> => {
          for (const statement of statements) await onDriver(manager, statement);
          await manager.query(insertOf(dataSource, 'later'));
        };

        it(`is partly applied, and not recorded as done, after ${title}`, async () => {
          const outcome = await run(work);
          expect(outcome).toEqual({ status: 'partly-applied', error: expect.any(ImplicitCommitError) });
          expect(await recorded()).toEqual([0, undefined]);
        });

        it(`is partly applied when it fails after ${title}`, async () => {
          const outcome = await run(async (manager) => {
            await work(manager);
            throw new RangeError();
          });
          expect(outcome).toEqual({ status: 'partly-applied', error: expect.any(RangeError) });
          expect(await recorded()).toEqual([0, undefined]);
        });
      }

      it('is partly applied when a statement has failed after COMMIT and BEGIN', async () => {
        const outcome = await run(async (manager) => {
          await onDriver(manager, 'COMMIT');
          await onDriver(manager, 'BEGIN');
          await manager.query('SELEC');
        });
        expect(outcome).toMatchObject({ status: 'partly-applied' });
        expect(await keysOf(reader)).toEqual(['first']);
      });
    });
  }
});
