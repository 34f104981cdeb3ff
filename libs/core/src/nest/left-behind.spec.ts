import 'reflect-metadata';
import { setTimeout as delay } from 'node:timers/promises';
import {
  inMemoryAuditStore,
  InMemoryDatabase,
  InMemoryTable,
  inMemoryTargetSystem,
} from '@nestjs-flamingock/testing';
import { partOf, within } from '../runtime/async-frames.js';
import { ChangeContext } from '../change/change-context.js';
import { Change } from '../change/change.decorator.js';
import { Execution } from '../change/execution.decorator.js';
import { TargetSystem } from '../change/target-system.decorator.js';
import { boot, closeApplications, rootModule } from '../fixtures/applications.js';
import { currentChange } from '../lock/change-scope.js';
import { FlamingockService } from './flamingock.service.js';
import { FlamingockEvents } from '../reporting/event-publisher.js';

let late: Promise<unknown>[];
const seen: unknown[] = [];

@Change({ id: 'fill', order: '1', author: 'team' })
@TargetSystem('db')
class Fill {
  @Execution()
  execute(rows: InMemoryTable) {
    late = [1, 2].map(async (n) => {
      await delay(50);
      await rows.set(`late ${n}`, 'v');
    });
    for (const one of late) one.catch(() => undefined);
    ChangeContext.detached(() => setTimeout(() => seen.push(currentChange()), 50));
    seen.push(currentChange()?.changeId);
  }
}

@Change({ id: 'unawaited', order: '2', author: 'team' })
@TargetSystem('db')
class Unawaited {
  @Execution()
  execute(rows: InMemoryTable) {
    void rows.set('k', 'v').catch(() => undefined);
  }
}

afterEach(closeApplications);

describe('what a change leaves behind', () => {
  it('is refused and told of once, after the run too, even if the change takes no notice', async () => {
    const flamingock = {
      runAt: 'manual' as const,
      auditStore: inMemoryAuditStore(),
      targetSystems: [inMemoryTargetSystem('db')],
    };
    const app = await boot(rootModule({ flamingock, changes: [Fill] }));
    const told: unknown[] = [];
    app.get(FlamingockEvents).on('change.left-behind', (event) => told.push(event));
    await app.get(FlamingockService).execute();
    for (const one of await Promise.allSettled(late)) {
      expect(one).toMatchObject({ reason: { name: 'ChangeEndedError', changeId: 'fill' } });
    }
    expect(told).toMatchObject([{ changeId: 'fill', what: 'set' }]);
    await delay(50);
    expect(seen).toEqual(['fill', undefined]);
  });

  it('fails it by the name of its method where statements are on their way', async () => {
    const slow = new InMemoryDatabase({ network: () => delay(5) });
    const flamingock = {
      auditStore: inMemoryAuditStore(),
      targetSystems: [inMemoryTargetSystem('db', slow)],
    };
    const starting = boot(rootModule({ flamingock, changes: [Unawaited] }));
    await expect(starting).rejects.toThrow('execute() returned while 1 statement was running: await them');
    await expect(starting).rejects.toThrow('ROLLED_BACK');
  });
});

describe('what code is part of', () => {
  it('is nothing where it is detached, and nothing that another owner has said', () => {
    const [mine, theirs] = [{}, {}];
    const gone = (): void => undefined;
    const found = within(
      mine,
      1,
      () => [partOf(mine), partOf(theirs), ChangeContext.detached(() => partOf(mine))],
      gone,
    );
    expect(found).toEqual([1, undefined, undefined]);
  });
});
