import 'reflect-metadata';
import { inMemoryAuditStore, inMemoryTargetSystem } from '@nestjs-flamingock/testing';
import type { ChangeClass } from '../change/change-discovery.js';
import { Change } from '../change/change.decorator.js';
import { Execution } from '../change/execution.decorator.js';
import { TargetSystem } from '../change/target-system.decorator.js';
import { aModule, boot, closeApplications, rootModule } from '../fixtures/applications.js';
import { FlamingockModule } from './flamingock.module.js';
import type { FlamingockSettings } from './flamingock-options.js';
import { FlamingockService } from './flamingock.service.js';

afterEach(closeApplications);

/** A class of a change that alters `target`; what it is given to keep is not collected. */
const kept: ChangeClass[] = [];
function aClass(id: string, target: string): ChangeClass {
  @Change({ id, order: id, author: 'team' })
  @TargetSystem(target)
  class SomeChange {
    @Execution()
    execute(): void {}
  }
  Object.defineProperty(SomeChange, 'name', { value: `Class_${id}` });
  kept.push(SomeChange);
  return SomeChange;
}

let count = 0;
/** Each test has a target system of its own, so that none is told of the classes of others. */
const aTarget = () => `target-${(count += 1)}`;
const adapters = (target: string) => ({
  auditStore: inMemoryAuditStore(),
  targetSystems: [inMemoryTargetSystem(target)],
});

async function warningsOf(
  target: string,
  changes: readonly ChangeClass[],
  settings: FlamingockSettings = {},
  imports: NonNullable<Parameters<typeof rootModule>[0]['imports']> = [],
): Promise<readonly string[]> {
  const app = await boot(rootModule({ flamingock: { ...adapters(target), ...settings }, changes, imports }));
  return (await app.get(FlamingockService).execute()).warnings;
}

describe('a class with @Change that is loaded', () => {
  it('and that no module provides is told with the line to write', async () => {
    const target = aTarget();
    const [listed, forgotten] = [aClass('a', target), aClass('b', target)];
    expect(await warningsOf(target, [listed])).toEqual([
      `change class ${forgotten.name} is loaded and no module provides it, so it is not applied: add it to ` +
        "FlamingockModule.forFeature({ stage: 'main', changes: [Class_b] })",
    ]);
  });

  it.each<[string, (type: ChangeClass) => Parameters<typeof warningsOf>[3]]>([
    ['in forFeature', (type) => [FlamingockModule.forFeature({ stage: 'main', changes: [type] })]],
    ['among providers', (type) => [aModule({ providers: [type as never] })]],
  ])('is no matter where it is provided %s', async (_what, imports) => {
    const target = aTarget();
    const type = aClass('b', target);
    const settings = { stages: ['main', 'default'] };
    expect((await warningsOf(target, [aClass('a', target)], settings, imports(type))).join()).not.toMatch(
      /Class_/,
    );
  });

  it('is no matter where another application of the process lists it, started or not', async () => {
    const target = aTarget();
    const type = aClass('b', target);
    aModule({ imports: [FlamingockModule.forFeature({ stage: 'other', changes: [type] })] });
    expect(await warningsOf(target, [aClass('a', target)])).toEqual([]);
  });

  it('is no matter where its target system is of another application', async () => {
    const target = aTarget();
    aClass('b', aTarget());
    expect(await warningsOf(target, [aClass('a', target)])).toEqual([]);
  });

  it('is no matter where a newer version of it took its place', async () => {
    const target = aTarget();
    aClass('a', target);
    expect(await warningsOf(target, [aClass('a', target)])).toEqual([]);
  });

  it('is no matter where it is the base of a change', async () => {
    const target = aTarget();
    const base = aClass('a', target) as new () => object;
    @Change({ id: 'derived', order: '2', author: 'team' })
    class Derived extends base {}
    expect(await warningsOf(target, [Derived])).toEqual([]);
  });
});

describe('an application', () => {
  it('without any change is told so, with the line to write', async () => {
    expect(await warningsOf(aTarget(), [])).toEqual([
      'the application has no change at all: list the classes that carry @Change, as in ' +
        "FlamingockModule.forFeature({ stage: 'main', changes: [YourChange] })",
    ]);
  });

  it('is told of a name among stages that no forFeature has', async () => {
    const target = aTarget();
    const stages = ['main', 'mian', 'later'];
    const later = FlamingockModule.forFeature({ stage: 'later', changes: [] });
    expect(await warningsOf(target, [aClass('a', target)], { stages }, [later])).toEqual([
      'stages names "mian", which no forFeature() has: did you mean main?',
    ]);
  });
});
