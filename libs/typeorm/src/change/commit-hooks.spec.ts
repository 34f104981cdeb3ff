import { auditEntries, holdOf } from '@nestjs-flamingock/testing';
import type { DataSource, EntityManager, EntitySubscriberInterface } from 'typeorm';
import { describeOnEngines, type OpenDatabase } from '../fixtures/describe-engines.js';
import { SqliteFile } from '../fixtures/sqlite-file.js';
import { Note } from '../fixtures/note.entity.js';
import { keysOf, note } from '../fixtures/notes.js';
import { auditStore, CHANGE, managerOf, targetSystem } from '../fixtures/open.js';
import type { TestDatabase } from '../fixtures/test-database.js';
import type { TypeOrmTargetSystem } from '../target/typeorm.target-system.js';

let database: TestDatabase;
let dataSource: DataSource;
let reader: DataSource;
let target: TypeOrmTargetSystem;
/** What subscribers of the DataSource were told, and which notes others could see then. */
let told: string[];

const EVENTS = [
  'beforeTransactionStart',
  'afterTransactionStart',
  'beforeTransactionCommit',
  'afterTransactionCommit',
  'beforeTransactionRollback',
  'afterTransactionRollback',
] as const;

async function setUp(open: OpenDatabase): Promise<void> {
  database = await open();
  dataSource = await database.connect();
  reader = await database.connect();
  target = targetSystem(dataSource);
  told = [];
  const subscriber: EntitySubscriberInterface = {};
  for (const event of EVENTS) {
    subscriber[event] = async () => {
      const seen = event.startsWith('after') ? await keysOf(reader) : [];
      told.push([event, ...seen].join(' '));
    };
  }
  dataSource.subscribers.push(subscriber);
}

afterEach(async () => {
  await target.close();
  await database.remove();
});

/** A service that has a transaction of its own, and one inside. */
async function service(key: string, fail = false): Promise<void> {
  await dataSource.transaction(async (manager) => {
    await manager.save(Note, note(key));
    await manager.transaction((inner) => inner.save(Note, note(`${key} inside`)));
    if (fail) throw new RangeError();
  });
}

const change = (work: (manager: EntityManager) => Promise<unknown>) =>
  target.transaction(CHANGE, async (handles) => {
    await work(managerOf(handles));
  });

/** What was told of commits. */
const commits = (): string[] => told.filter((event) => event.startsWith('afterTransactionCommit'));

/** One for each transaction: that of the change, and those inside it. */
const times = (count: number, event: string): string[] => Array.from({ length: count }, () => event);

await describeOnEngines('subscribers to transactions', (open) => {
  beforeEach(() => setUp(open));

  it('are told of a change what they are told of a transaction of TypeORM', async () => {
    const failing = async (manager: EntityManager): Promise<unknown> => {
      await manager.save(Note, note('y'));
      throw new RangeError();
    };
    for (const work of [(manager: EntityManager) => manager.save(Note, note('x')), failing]) {
      await dataSource.transaction(work).catch(() => undefined);
      const expected = told.splice(0);
      await reader.createQueryBuilder().delete().from(Note).execute();
      await change(work);
      await reader.createQueryBuilder().delete().from(Note).execute();
      expect(told.splice(0)).toEqual(expected);
      expect(expected).toHaveLength(4);
    }
  });

  it('are told of the commits inside a change after its own, and not where it is rolled back', async () => {
    const failed = await change(async () => {
      await service('x');
      throw new RangeError();
    });
    expect(failed.status).toBe('rolled-back');
    expect(commits()).toEqual([]);
    expect(told.at(-1)).toBe('afterTransactionRollback');
    await change(async () => {
      await service('x');
      expect(commits()).toEqual([]);
    });
    expect(commits()).toEqual(times(3, 'afterTransactionCommit x x inside'));
  });

  it('are told after the commit that has the entries, or the marker, with it', async () => {
    const store = auditStore(dataSource);
    await store.prepare();
    const hold = holdOf(1, CHANGE.service);
    await store.claimHead(hold);
    const shared = await target.transaction({ ...CHANGE, followed: true }, async (_, tx) => {
      await service('x');
      await store.append({ hold, entries: auditEntries(undefined, {}) }, tx);
      expect(commits()).toEqual([]);
    });
    expect(shared).toEqual({ status: 'committed' });
    expect(commits()).toHaveLength(3);
    await target.markers.prepare();
    const separate = await target.transaction(CHANGE, () => service('y'), { ...CHANGE, ...hold });
    expect(separate).toEqual({ status: 'committed' });
    expect(commits()).toHaveLength(6);
  });
});

describe('subscribers to nested transactions', () => {
  beforeEach(() => setUp(() => SqliteFile.create()));

  it('are not told of commits inside a transaction that the change takes back', async () => {
    await change(async () => {
      await service('kept');
      await service('lost', true).catch(() => undefined);
    });
    expect(commits()).toHaveLength(3);
    expect(told).toContain('afterTransactionRollback');
  });

  it('are told of commits by a query runner of a service, and by a subscriber, after that of the change', async () => {
    let isFirst = true;
    dataSource.subscribers.push({
      afterInsert: ({ manager }) => {
        if (!isFirst) return;
        isFirst = false;
        return manager
          .transaction((inner) => inner.save(Note, note('of the subscriber')))
          .then(() => undefined);
      },
    });
    await change(async () => {
      const runner = dataSource.createQueryRunner();
      await runner.startTransaction();
      await runner.manager.save(Note, note('x'));
      await runner.commitTransaction();
      await runner.release();
      expect(commits()).toEqual([]);
    });
    expect(commits()).toEqual(times(3, 'afterTransactionCommit of the subscriber x'));
  });

  it('are told of those of the application as ever', async () => {
    await change(() => service('x'));
    told.length = 0;
    await service('y', true).catch(() => undefined);
    expect(commits()).toHaveLength(1);
  });

  it('keep a change from beginning where they fail, and nothing of it stays open', async () => {
    dataSource.subscribers.push({ afterTransactionStart: () => Promise.reject(new RangeError()) });
    expect(await change(() => service('x'))).toMatchObject({
      status: 'rolled-back',
      error: expect.any(RangeError),
    });
    dataSource.subscribers.pop();
    expect((await change(() => service('x'))).status).toBe('committed');
  });
});
