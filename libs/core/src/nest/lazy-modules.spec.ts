import 'reflect-metadata';
import { Injectable } from '@nestjs/common';
import { LazyModuleLoader } from '@nestjs/core';
import { inMemoryAuditStore, InMemoryDatabase } from '@nestjs-flamingock/testing';
import type { ChangeClass } from '../change/change-discovery.js';
import { Change } from '../change/change.decorator.js';
import { InvalidChangesError } from '../change/change.errors.js';
import { Execution } from '../change/execution.decorator.js';
import { TargetSystem } from '../change/target-system.decorator.js';
import { aModule, boot, closeApplications, rootModule } from '../fixtures/applications.js';
import { failureOf } from '../fixtures/runs.js';
import { nonTransactionalTargetSystem } from './non-transactional.target-system.js';
import { FlamingockModule } from './flamingock.module.js';
import { FlamingockService } from './flamingock.service.js';

let calls: string[];
let database: InMemoryDatabase;

beforeEach(() => {
  calls = [];
  database = new InMemoryDatabase();
});

afterEach(closeApplications);

@Injectable()
class Reports {
  readonly name = 'reports';
}

@Change({ id: 'eager', order: '1', author: 'team' })
@TargetSystem('files')
class Eager {
  @Execution()
  execute(): void {
    calls.push('eager');
  }
}

@Change({ id: 'lazy', order: '2', author: 'team' })
@TargetSystem('files')
class Lazy {
  constructor(private readonly own: Reports) {}

  @Execution()
  execute(reports: Reports): void {
    calls.push(`lazy with ${this.own.name} and ${reports.name}`);
  }
}

const settings = () => ({
  auditStore: inMemoryAuditStore(database),
  targetSystems: [nonTransactionalTargetSystem('files')],
});
const start = (changes: readonly ChangeClass[] = [Eager]) =>
  boot(rootModule({ flamingock: settings(), changes }));
const reports = () => aModule({ providers: [Reports], exports: [Reports] });
const feature = (stage = 'main', ...changes: ChangeClass[]) =>
  FlamingockModule.forFeature({ stage, changes, imports: [reports()] });

describe('a module that is loaded lazily', () => {
  it('brings changes that the next execute applies, once', async () => {
    const app = await start();
    const flamingock = app.get(FlamingockService);
    await app.get(LazyModuleLoader).load(() => feature('main', Lazy));
    expect((await flamingock.plan()).changes.map(({ changeId, action }) => [changeId, action])).toEqual([
      ['eager', 'SKIP'],
      ['lazy', 'EXECUTE'],
    ]);
    expect((await flamingock.execute()).status).toBe('applied');
    expect((await flamingock.execute()).status).toBe('up-to-date');
    expect(calls).toEqual(['eager', 'lazy with reports and reports']);
  });

  it('may bring them where nothing was asked before', async () => {
    const app = await boot(rootModule({ flamingock: { ...settings(), runAt: 'manual' }, changes: [Eager] }));
    await app.get(LazyModuleLoader).load(() => feature('main', Lazy));
    await app.get(FlamingockService).execute();
    expect(calls).toHaveLength(2);
  });

  it('has its faults told by the next execute, before anything runs', async () => {
    const app = await start();
    const flamingock = app.get(FlamingockService);
    await app.get(LazyModuleLoader).load(() => feature('reports', Lazy));
    const error = await failureOf(flamingock.execute());
    expect(error).toBeInstanceOf(InvalidChangesError);
    expect((error as Error).message).toMatch(/"main", "reports" have no place in the order of stages/);
    expect(calls).toEqual(['eager']);
  });

  it('has its changes provided once: one that is there already is a fault', async () => {
    const app = await start();
    await app.get(LazyModuleLoader).load(() => feature('main', Eager));
    const error = await failureOf(app.get(FlamingockService).execute());
    expect((error as Error).message).toMatch(/Eager: is provided 2 times/);
  });

  it('has its changes built before they run, however long that takes', async () => {
    let open: (name: string) => void = () => undefined;
    const name = new Promise<string>((resolve) => (open = resolve));
    @Change({ id: 'slow', order: '3', author: 'team' })
    @TargetSystem('files')
    class Slow {
      constructor(private readonly made: string) {}

      @Execution()
      execute(): void {
        calls.push(this.made);
      }
    }
    Reflect.defineMetadata('design:paramtypes', [Object], Slow);
    Reflect.defineMetadata('self:paramtypes', [{ index: 0, param: 'name' }], Slow);
    const app = await start();
    const imports = [
      aModule({ providers: [{ provide: 'name', useFactory: () => name }], exports: ['name'] }),
    ];
    const loading = app
      .get(LazyModuleLoader)
      .load(() => FlamingockModule.forFeature({ stage: 'main', changes: [Slow], imports }));
    const flamingock = app.get(FlamingockService);
    await new Promise((resolve) => setImmediate(resolve));
    expect((await flamingock.execute()).changes).toHaveLength(1);
    open('built');
    await loading;
    await flamingock.execute();
    expect(calls).toEqual(['eager', 'built']);
  });
});
