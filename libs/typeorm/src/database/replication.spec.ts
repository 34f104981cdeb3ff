import type { Handles } from '@nestjs-flamingock/core/adapter';
import { DataSource, type QueryRunner } from 'typeorm';
import { describeOn } from '../../../../test/support/services/describe-on.js';
import {
  mariadbDatabase,
  postgresDatabase,
  type SqlDatabase,
} from '../../../../test/support/sql-database.js';
import type { CreateDatabase } from '../../../../test/support/test-database.js';
import { fullStarts } from '../fixtures/full-start.js';
import { Note } from '../fixtures/note.entity.js';
import { keysOf, note } from '../fixtures/notes.js';
import { CHANGE, managerOf, targetSystem } from '../fixtures/open.js';
import { QUERY_RUNNER } from '../inject-query-runner.decorator.js';
import type { TypeOrmTargetSystem } from '../target/typeorm.target-system.js';

/** What a replica that lags shows: a note that the primary does not have any more, and none of its others. */
const STALE = 'of the replica';

let primary: SqlDatabase;
let replica: SqlDatabase;
let dataSource: DataSource;
let other: DataSource;
let target: TypeOrmTargetSystem;

async function open(create: CreateDatabase<SqlDatabase>): Promise<void> {
  [primary, replica] = [await create(), await create()];
  const options = primary.options.typeorm as { type: 'postgres' | 'mariadb'; url: string };
  const { url } = replica.options.typeorm as { url: string };
  const common = { type: options.type, entities: [Note], poolSize: 3, installExtensions: false };
  for (const { typeorm } of [primary.options, replica.options]) {
    const own = await new DataSource({
      ...common,
      url: (typeorm as { url: string }).url,
      synchronize: true,
    }).initialize();
    if (typeorm === replica.options.typeorm) await own.manager.save(Note, note(STALE));
    await own.destroy();
  }
  const replication = { master: { url: options.url }, slaves: [{ url }] };
  const connect = () => new DataSource({ ...common, replication }).initialize();
  [dataSource, other] = [await connect(), await connect()];
  target = targetSystem(dataSource);
}

afterEach(async () => {
  await target.close();
  await Promise.all([dataSource.destroy(), other.destroy()]);
  for (const database of [primary, replica]) await database.drop();
});

/** Keys of all notes, by each way to the database that reads. */
async function seenBy(handles: Handles): Promise<Record<string, string[]>> {
  const manager = managerOf(handles);
  const keys = (notes: readonly Note[]): string[] => notes.map(({ key }) => key);
  const slave = dataSource.createQueryRunner('slave');
  const seen = {
    'the manager': keys(await manager.find(Note)),
    'a repository of the manager': keys(await manager.getRepository(Note).find()),
    'the manager of the DataSource': await keysOf(dataSource),
    'a repository of the DataSource': keys(await dataSource.getRepository(Note).find()),
    'a query builder': keys(await dataSource.createQueryBuilder(Note, 'n').getMany()),
    'a query builder with pages': keys(await manager.createQueryBuilder(Note, 'n').take(9).getMany()),
    'a count': (await dataSource.getRepository(Note).count()) === 1 ? ['mine'] : ['another'],
    'a runner for reading': keys(await slave.manager.find(Note)),
    'the injected runner': keys(await (handles.get(QUERY_RUNNER) as QueryRunner).manager.find(Note)),
    'a transaction': await dataSource.transaction((inner) => inner.find(Note).then(keys)),
  };
  await slave.release();
  return seen;
}

await describeOn(
  ['postgres', 'mariadb'],
  'a DataSource with a replica that lags',
  ({ postgres, mariadb }) => {
    describe.each([
      ['PostgreSQL', postgresDatabase(postgres)],
      ['MariaDB', mariadbDatabase(mariadb)],
    ])('on %s', (_name, create) => {
      beforeEach(() => open(create));

      it('reads from it outside of changes', async () => {
        await dataSource.manager.save(Note, note('mine'));
        expect(await keysOf(dataSource)).toEqual([STALE]);
      });

      it.each(['transaction', 'run'] as const)(
        'reads inside a change (%s) what the change wrote, by every way',
        async (how) => {
          let seen: Record<string, string[]> = {};
          const work = async (handles: Handles): Promise<void> => {
            await managerOf(handles).save(Note, note('mine'));
            seen = await seenBy(handles);
          };
          if (how === 'run') await target.run(CHANGE, work);
          else expect(await target.transaction(CHANGE, work)).toEqual({ status: 'committed' });
          expect(new Set(Object.values(seen).flat())).toEqual(new Set(['mine']));
          expect(Object.keys(seen)).toHaveLength(10);
          // What comes after it is the application's own.
          expect(await keysOf(dataSource)).toEqual([STALE]);
        },
      );

      it('has the history, the lock and the markers on the primary', () => fullStarts(dataSource, other));
    });
  },
);
