import 'reflect-metadata';
import { InMemoryAuditStore, InMemoryDatabase } from '@nestjs-flamingock/testing';
import type { ChangeClass } from '../change/change-discovery.js';
import { boot, closeApplications, rootModule } from '../fixtures/applications.js';
import { failureOf, statesOf } from '../fixtures/runs.js';
import { ChangeFailedError } from '../run/run.errors.js';
import { changeFromModule, type MigrationModule, type MigrationModuleOptions } from './change-from-module.js';
import { FlamingockService } from './flamingock.service.js';
import { nonTransactionalTargetSystem } from './non-transactional.target-system.js';

const FEED = Symbol('feed');
const OPTIONS = { id: 'add-feed', order: '0001', author: 'ann', targetSystem: 'feed' } as const;

let database: InMemoryDatabase;
let calls: unknown[];

beforeEach(() => {
  database = new InMemoryDatabase();
  calls = [];
});
afterEach(() => closeApplications());

const module: MigrationModule = {
  up: (...given: unknown[]) => {
    calls.push(['up', ...given]);
  },
  down: (...given: unknown[]) => {
    calls.push(['down', ...given]);
  },
};
const changeOf = (options: Partial<MigrationModuleOptions> = {}, migration = module): ChangeClass =>
  changeFromModule(migration, { ...OPTIONS, ...options });
const store = () => new InMemoryAuditStore(database);
const start = (change: ChangeClass) =>
  boot(
    rootModule({
      flamingock: {
        service: 'shop',
        auditStore: { useFactory: store },
        targetSystems: [
          nonTransactionalTargetSystem('feed', { provide: [{ provide: FEED, useValue: 'the feed' }] }),
        ],
      },
      changes: [change],
    }),
  );

describe('changeFromModule', () => {
  it('calls up with what it asks for, and is named by its id', async () => {
    await start(changeOf({ given: [FEED] }));
    expect(calls).toEqual([['up', 'the feed']]);
    const [entry] = await store().readSnapshot('shop');
    expect(entry).toMatchObject({
      changeId: 'add-feed',
      className: 'add-feed',
      methodName: 'up',
      txStrategy: 'NON_TX',
    });
  });

  it('makes the arguments that the tool of the module would', async () => {
    const toArguments = (context: string) => [{ name: 'x.js', context }];
    await start(changeOf({ given: [FEED], arguments: toArguments }));
    expect(calls).toEqual([['up', { name: 'x.js', context: 'the feed' }]]);
  });

  it('does not call down after a failure outside a transaction, unless that is said', async () => {
    const failing = (what: string): MigrationModule => ({
      up: () => {
        throw new TypeError(what);
      },
      down: () => calls.push('down'),
    });
    expect(await failureOf(start(changeOf({}, failing('a'))))).toBeInstanceOf(ChangeFailedError);
    expect(await statesOf(store(), 'shop')).toEqual(['add-feed STARTED', 'add-feed EXECUTION_FAILED']);
    expect(calls).toEqual([]);
    database = new InMemoryDatabase();
    expect(await failureOf(start(changeOf({ rollback: true }, failing('b'))))).toBeInstanceOf(
      ChangeFailedError,
    );
    expect(calls).toEqual(['down']);
  });

  it('is edited when the code of the module is', async () => {
    await start(changeOf());
    await closeApplications();
    const same = await start(changeOf());
    expect((await same.get(FlamingockService).plan()).edited).toEqual([]);
    await closeApplications();
    const edited = await start(changeOf({}, { up: () => Promise.resolve('now') }));
    expect((await edited.get(FlamingockService).plan()).edited).toMatchObject([
      { changeId: 'add-feed', differences: ['the code of its methods'] },
    ]);
  });
});
