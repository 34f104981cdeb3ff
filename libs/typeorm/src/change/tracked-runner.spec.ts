import type { Handles } from '@nestjs-flamingock/core/adapter';
import { LockUnconfirmedError } from '@nestjs-flamingock/core';
import { createGuard } from '@nestjs-flamingock/core/adapter';
import { DataSource, EntityManager, type ObjectLiteral, type QueryRunner } from 'typeorm';
import { describeOnEngines, type OpenDatabase } from '../fixtures/describe-engines.js';
import { Note } from '../fixtures/note.entity.js';
import { insertOf, keysOf, note } from '../fixtures/notes.js';
import { CHANGE, managerOf, targetSystem } from '../fixtures/open.js';
import type { TestDatabase } from '../fixtures/test-database.js';
import { QUERY_RUNNER } from '../inject-query-runner.decorator.js';
import type { TypeOrmTargetSystem } from '../target/typeorm.target-system.js';

let database: TestDatabase;
let dataSource: DataSource;
let reader: DataSource;
let target: TypeOrmTargetSystem;
let refuse: boolean;

const check = (): void => {
  if (refuse) throw new RangeError('lock lost');
};

async function setUp(open: OpenDatabase): Promise<void> {
  refuse = false;
  database = await open();
  dataSource = await database.connect();
  reader = await database.connect();
  target = targetSystem(dataSource);
}

afterEach(async () => {
  await target.close();
  await database.remove();
});

const keys = (): Promise<string[]> => keysOf(reader);
const runnerOf = (handles: Handles): QueryRunner => handles.get(QUERY_RUNNER) as QueryRunner;
const insert = (): string => insertOf(dataSource, 'x');

/** What a change can keep of what it is given, or of the application's own, and write by later. */
const ways: Record<string, (handles: Handles) => Promise<() => Promise<unknown>>> = {
  'its manager': async (handles) => () => managerOf(handles).save(Note, note('x')),
  'a statement of its manager': async (handles) => () => managerOf(handles).query(insert()),
  'a repository of its manager': async (handles) => {
    const repository = managerOf(handles).getRepository(Note);
    return () => repository.insert(note('x'));
  },
  'a repository that was extended': async (handles) => {
    const repository = managerOf(handles).getRepository(Note);
    const extended = repository.extend({ add: () => repository.save(note('x')) });
    return () => extended.add();
  },
  'a query builder': async (handles) => {
    const builder = managerOf(handles).createQueryBuilder().insert().into(Note).values(note('x'));
    return () => builder.execute();
  },
  'the DataSource of its manager': async (handles) => {
    const { connection } = managerOf(handles) as unknown as { connection: DataSource };
    return () => connection.query(insert());
  },
  'a transaction of the DataSource': async (handles) => {
    const given = handles.get(DataSource) as DataSource;
    return () => given.transaction((manager) => manager.save(Note, note('x')));
  },
  'a repository of the application': async () => {
    const repository = dataSource.getRepository(Note);
    return () => repository.save(note('x'));
  },
  'its query runner': async (handles) => () => runnerOf(handles).query(insert()),
  'the manager of its query runner': async (handles) => {
    const { manager } = runnerOf(handles);
    return () => manager.insert(Note, note('x'));
  },
  'the schema builder of its query runner': async (handles) => () => runnerOf(handles).clearTable('note'),
  'a query runner of its own': async () => {
    const runner = dataSource.createQueryRunner();
    await runner.connect();
    return () => runner.query(insert()).finally(() => runner.release());
  },
  'the rest of a transaction of its own': async () => {
    const runner = dataSource.createQueryRunner();
    await runner.startTransaction();
    await runner.manager.save(Note, note('x'));
    return () =>
      runner.commitTransaction().catch(async (error: unknown) => {
        await runner.rollbackTransaction();
        await runner.release();
        throw error;
      });
  },
};

await describeOnEngines('a change without a transaction that may not go on writes nothing', (open) => {
  beforeEach(() => setUp(open));

  for (const [title, lead] of Object.entries(ways)) {
    it(`through ${title}`, async () => {
      await target.run(
        CHANGE,
        async (handles) => {
          const use = await lead(handles);
          refuse = true;
          await expect((async () => use())()).rejects.toThrow('lock lost');
        },
        check,
      );
      expect(await keys()).toEqual([]);
    });
  }
});

await describeOnEngines('what a change without a transaction is given', (open) => {
  beforeEach(() => setUp(open));

  it('is itself where each of its statements is checked', async () => {
    const guard = createGuard(check, (value) => target.checks(value));
    await target.run(
      CHANGE,
      async (handles) => {
        const manager = guard(managerOf(handles));
        expect(manager).toBe(dataSource.manager);
        const saved: ObjectLiteral = await guard({ save: () => manager.save(Note, note('x')) }).save();
        expect(saved).toEqual(note('x'));
        const services = guard({ manager, other: reader.manager });
        expect(services.manager).toBe(manager);
        expect(services.other).not.toBe(reader.manager);
        expect(services.other).toBeInstanceOf(EntityManager);
      },
      check,
    );
  });

  it('waits with a statement until it is known whether it may go on', async () => {
    let decide = (): void => undefined;
    const known = new Promise<void>((resolve) => (decide = resolve));
    let isKnown = true;
    await target.run(
      CHANGE,
      async (handles) => {
        isKnown = false;
        const saved = managerOf(handles).query(insert());
        expect(await keys()).toEqual([]);
        isKnown = true;
        decide();
        await saved;
      },
      () => {
        if (!isKnown) throw new LockUnconfirmedError('inventory', 1, 'it ran out', known);
      },
    );
    expect(await keys()).toEqual(['x']);
  });
});
