import 'reflect-metadata';
import { LazyModuleLoader } from '@nestjs/core';
import { inMemoryAuditStore, inMemoryTargetSystem } from '@nestjs-flamingock/testing';
import { Change } from '../change/change.decorator.js';
import { Execution } from '../change/execution.decorator.js';
import { TargetSystem } from '../change/target-system.decorator.js';
import { aModule, boot, closeApplications } from '../fixtures/applications.js';
import { failureOf } from '../fixtures/runs.js';
import type { FlamingockModuleOptions } from './flamingock-options.js';
import { FlamingockModule } from './flamingock.module.js';
import { InvalidOptionsError } from './nest.errors.js';

let calls: string[];

beforeEach(() => {
  calls = [];
});

afterEach(closeApplications);

@Change({ id: 'only', order: '1', author: 'team' })
@TargetSystem('database')
class Only {
  @Execution()
  execute(): void {
    calls.push('only');
  }
}

const options = (more: Partial<FlamingockModuleOptions> = {}): FlamingockModuleOptions => ({
  auditStore: inMemoryAuditStore(),
  targetSystems: [inMemoryTargetSystem('database')],
  ...more,
});
const forRoot = (more?: Partial<FlamingockModuleOptions>) => FlamingockModule.forRoot(options(more));
const forRootAsync = () =>
  FlamingockModule.forRootAsync({ ...options(), useFactory: () => ({ service: 'other' }) });
const changes = () => FlamingockModule.forFeature({ stage: 'main', changes: [Only] });

describe('a second forRoot', () => {
  it.each([
    ['forRoot twice', () => [forRoot(), forRoot()]],
    ['forRoot and forRootAsync', () => [forRoot(), forRootAsync()]],
    ['forRootAsync twice', () => [forRootAsync(), forRootAsync()]],
    ['forRoot in a module further down', () => [forRoot(), aModule({ imports: [forRoot()] })]],
    ['different services', () => [forRoot({ service: 'a' }), forRoot({ service: 'b' })]],
    ['module-init and bootstrap', () => [forRoot(), forRoot({ runAt: 'module-init' })]],
    ['one that is never run', () => [forRoot(), forRoot({ runAt: 'manual' })]],
    ['two that are switched off', () => [forRoot({ enabled: false }), forRoot({ enabled: false })]],
  ])('keeps the application from starting, and nothing runs: %s', async (_what, roots) => {
    const error = await failureOf(boot(aModule({ imports: [...roots(), changes()] })));
    expect(error).toBeInstanceOf(InvalidOptionsError);
    expect((error as InvalidOptionsError).faults).toEqual([
      expect.stringMatching(/imported 2 times.*once, in the root module.*forFeature\(\) everywhere else/),
    ]);
    expect(calls).toEqual([]);
  });

  it('that is loaded lazily is refused', async () => {
    const app = await boot(aModule({ imports: [forRoot({ runAt: 'manual' }), changes()] }));
    const loading = app.get(LazyModuleLoader).load(() => forRoot({ runAt: 'manual' }));
    expect(await failureOf(loading)).toBeInstanceOf(InvalidOptionsError);
    expect(calls).toEqual([]);
  });

  it('is none where several modules import the very same one', async () => {
    const shared = forRoot();
    const other = aModule({ imports: [shared] });
    await boot(aModule({ imports: [shared, other, FlamingockModule, changes()] }));
    expect(calls).toEqual(['only']);
  });
});
