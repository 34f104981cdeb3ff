import 'reflect-metadata';
import { jest } from '@jest/globals';
import { Logger } from '@nestjs/common';
import { inMemoryAuditStore, InMemoryDatabase } from '@nestjs-flamingock/testing';
import { Change } from '../change/change.decorator.js';
import { Execution } from '../change/execution.decorator.js';
import { TargetSystem } from '../change/target-system.decorator.js';
import { boot, closeApplications, rootModule } from '../fixtures/applications.js';
import { FlamingockEvents } from '../reporting/event-publisher.js';
import { nonTransactionalTargetSystem } from './non-transactional.target-system.js';
import { FlamingockService } from './flamingock.service.js';

/** Settles, and lets the change end, as the test says. */
function gate() {
  let open = (): void => undefined;
  const opened = new Promise<void>((resolve) => (open = resolve));
  return { open, opened };
}

let begun: ReturnType<typeof gate>;
let done: ReturnType<typeof gate>;

@Change({ id: 'slow', order: '1', author: 'team' })
@TargetSystem('files')
class Slow {
  @Execution()
  async execute() {
    begun.open();
    await done.opened;
  }
}

const others = new Set(process.listeners('exit'));

/** What would be said if the process ended now. */
function toldAtExit(): string[] {
  const fatal = jest.spyOn(Logger.prototype, 'fatal').mockImplementation(() => undefined);
  for (const listener of process.listeners('exit')) if (!others.has(listener)) listener.call(process, 0);
  const told = fatal.mock.calls.map(([text]) => String(text));
  fatal.mockRestore();
  return told;
}

async function start(database: InMemoryDatabase) {
  const auditStore = inMemoryAuditStore(database);
  const flamingock = { service: 'shop', runAt: 'manual' as const, auditStore };
  const targetSystems = [nonTransactionalTargetSystem('files')];
  return boot(rootModule({ flamingock: { ...flamingock, targetSystems }, changes: [Slow] }));
}

beforeEach(() => ([begun, done] = [gate(), gate()]));
afterEach(closeApplications);

describe('a process that ends in the middle of a start', () => {
  it('says what is left behind where it holds the lock, and that nothing was run where it waits for it', async () => {
    const database = new InMemoryDatabase();
    const [holder, waiter] = [await start(database), await start(database)];
    const running = holder.get(FlamingockService).execute();
    await begun.opened;
    expect(toldAtExit()).toEqual([
      expect.stringMatching(
        /^The process ends \(exit code 0\) while service "shop" is at work: .*lock stays held/,
      ),
    ]);
    const waits = new Promise((resolve) => waiter.get(FlamingockEvents).on('run.waiting', resolve));
    const waiting = waiter.get(FlamingockService).execute();
    await waits;
    const [, told] = toldAtExit();
    expect(told).toMatch(
      /^The process ends \(exit code 0\) while it waits for the lock of service "shop", held by .* \(pid \d+, token 1\): nothing was run here/,
    );
    done.open();
    await Promise.all([running, waiting]);
    expect(toldAtExit()).toEqual([]);
  });

  it('says that nothing was run before it has asked, and nothing once the lock is given back', async () => {
    const app = await start(new InMemoryDatabase());
    const told: Record<string, string[]> = {};
    const events = app.get(FlamingockEvents);
    events.on('run.started', () => (told['started'] = toldAtExit()));
    events.on('run.completed', () => (told['completed'] = toldAtExit()));
    done.open();
    await app.get(FlamingockService).execute();
    expect(told).toEqual({
      started: [
        expect.stringContaining('it looks at service "shop", without the lock: nothing was run here'),
      ],
      completed: [],
    });
  });
});
