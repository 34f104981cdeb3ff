import 'reflect-metadata';
import { applicationName } from '../runtime/node-runtime.js';
import { inMemoryAuditStore, InMemoryAuditStore, InMemoryDatabase } from '@nestjs-flamingock/testing';
import { Change } from '../change/change.decorator.js';
import { Execution, RollbackExecution } from '../change/execution.decorator.js';
import { TargetSystem } from '../change/target-system.decorator.js';
import { boot, closeApplications, rootModule } from '../fixtures/applications.js';
import { failureOf, statesOf } from '../fixtures/runs.js';
import type { OperationContext, ReasonedContext } from '../operations/operation-context.js';
import { InvalidRequestError } from '../operations/operation.errors.js';
import { RunAbortedError } from '../run/run.errors.js';
import { nonTransactionalTargetSystem } from './non-transactional.target-system.js';
import { FlamingockService } from './flamingock.service.js';

/** What an application is called that says nothing: by its package.json. */
const NAME = applicationName()!;

let database: InMemoryDatabase;
let broken: boolean;
let undoing: () => Promise<void>;

beforeEach(() => {
  database = new InMemoryDatabase();
  broken = false;
  undoing = () => Promise.resolve();
});

afterEach(closeApplications);

@Change({ id: 'publish', order: '0001', author: 'team', guidance: 'Count the files in /feed.' })
@TargetSystem('files')
class Publish {
  @Execution()
  execute(): void {
    if (broken) throw new TypeError('broke');
  }

  @RollbackExecution()
  async rollback(): Promise<void> {
    if (broken) throw new TypeError('no way back');
    await undoing();
  }
}

async function start() {
  const settings = {
    service: NAME,
    runAt: 'manual' as const,
    auditStore: inMemoryAuditStore(database),
    targetSystems: [nonTransactionalTargetSystem('files')],
  };
  const app = await boot(rootModule({ flamingock: settings, changes: [Publish] }));
  return { app, flamingock: app.get(FlamingockService) };
}
const states = () => statesOf(new InMemoryAuditStore(database), NAME);

describe('FlamingockService', () => {
  it('leads from an issue to its end', async () => {
    broken = true;
    const { flamingock } = await start();
    await failureOf(flamingock.execute());
    expect(await flamingock.issues.list()).toMatchObject([{ changeId: 'publish', state: 'ROLLBACK_FAILED' }]);
    expect((await flamingock.issues.get()).guidance.join()).toContain('Count the files in /feed.');
    expect(await flamingock.audit.fix({ changeId: 'publish' }, { reason: 'test' })).toMatchObject({
      next: { action: 'SKIP' },
    });
    expect(await flamingock.issues.list()).toEqual([]);
  });

  it('lists, verifies and exports the history, and knows the lock', async () => {
    const { flamingock } = await start();
    await flamingock.execute();
    expect(await flamingock.audit.list()).toMatchObject([{ state: 'EXECUTED' }]);
    expect(await flamingock.audit.verify()).toMatchObject({ ok: true, entries: 2 });
    const exported: number[] = [];
    for await (const { seq } of flamingock.audit.export()) exported.push(seq);
    expect(exported).toEqual([1, 2]);
    expect(await flamingock.lock.status()).toMatchObject({ held: false, record: { token: 1 } });
    expect(await flamingock.lock.release({ token: 1 }, { reason: 'test' })).toBe(false);
  });

  it('undoes what it executed, and executes it again', async () => {
    const { flamingock } = await start();
    await flamingock.execute();
    expect((await flamingock.undo({ changeId: 'publish' }, { dryRun: true })).status).toBe('planned');
    expect((await flamingock.undo({ changeId: 'publish' }, { reason: 'test' })).status).toBe('undone');
    expect((await flamingock.execute()).status).toBe('applied');
  });

  it('waits with app.close() for the end of an undo, and begins none after it', async () => {
    const { app, flamingock } = await start();
    await flamingock.execute();
    let closing: Promise<void> | undefined;
    undoing = async () => {
      closing = app.close();
      await new Promise((resolve) => setTimeout(resolve, 20));
    };
    const undone = flamingock.undo({ changeId: 'publish' }, { reason: 'test' });
    await undone;
    await closing;
    expect(await states()).toContain('publish ROLLED_BACK');
    expect(await failureOf(flamingock.undo({ changeId: 'publish' }, { reason: 'test' }))).toBeInstanceOf(
      RunAbortedError,
    );
  });

  it('stops an undo in order once the caller says so', async () => {
    const { flamingock } = await start();
    await flamingock.execute();
    const caller = new AbortController();
    undoing = async () => caller.abort(new Error('the request was closed'));
    const { signal } = caller;
    expect(await flamingock.undo({ changeId: 'publish' }, { signal, reason: 'test' })).toMatchObject({
      status: 'undone',
    });
    expect((await flamingock.lock.status()).held).toBe(false);
    expect(
      await failureOf(flamingock.undo({ changeId: 'publish' }, { signal, reason: 'test' })),
    ).toBeInstanceOf(RunAbortedError);
    expect(await failureOf(flamingock.lock.release({ token: 1 }, { signal, reason: 'test' }))).toBeInstanceOf(
      RunAbortedError,
    );
  });

  it('ends the wait for the lock once the caller says so', async () => {
    const { flamingock } = await start();
    await flamingock.execute();
    const { lock } = new InMemoryAuditStore(database);
    await lock.acquire({ service: NAME, owner: 'x', host: 'elsewhere', pid: 7, leaseMs: 60_000 });
    const caller = new AbortController();
    const waiting = failureOf(
      flamingock.undo({ changeId: 'publish' }, { signal: caller.signal, reason: 'test' }),
    );
    caller.abort(new Error('the request was closed'));
    const error = await waiting;
    expect(error).toBeInstanceOf(RunAbortedError);
    expect((error as Error).message).toContain('its caller stopped it (Error: the request was closed)');
    expect(await states()).toEqual(['publish STARTED', 'publish EXECUTED']);
  });

  it.each([
    ['undo', (to, context) => to.undo({ changeId: 'publish' }, context)],
    ['audit fix', (to, context) => to.audit.fix({ changeId: 'publish' }, context)],
    ['audit reconcile', (to, context) => to.audit.reconcile({ others: 'EXECUTED' }, context)],
    ['lock release', (to, context) => to.lock.release({ token: 1 }, context)],
    ['service rename', (to, context) => to.service.rename({ from: NAME, to: 'store' }, context)],
  ] as [string, (to: FlamingockService, context: ReasonedContext) => Promise<unknown>][])(
    'refuses %s on behalf of what is no actor, before anything happens',
    async (_, operate) => {
      const { flamingock } = await start();
      await flamingock.execute();
      const before = database.snapshot();
      const error = await failureOf(operate(flamingock, { actor: '', reason: '' }));
      expect(error).toBeInstanceOf(InvalidRequestError);
      expect((error as InvalidRequestError).faults).toHaveLength(2);
      expect(database.snapshot()).toEqual(before);
    },
  );

  it.each([
    ['undo -c publish', (to, context) => to.undo({ changeId: 'publish' }, context)],
    ['undo --to publish', (to, context) => to.undo({ to: 'publish' }, context)],
    [
      'audit fix -c publish --resolution EXECUTED',
      (to, context) => to.audit.fix({ changeId: 'publish' }, context),
    ],
    ['lock release --token 1', (to, context) => to.lock.release({ token: 1 }, context)],
  ] as [string, (to: FlamingockService, context: ReasonedContext) => Promise<unknown>][])(
    'refuses %s without a reason, and says how one is given',
    async (command, operate) => {
      const { flamingock } = await start();
      await flamingock.execute();
      const before = database.snapshot();
      const untyped = operate as (to: FlamingockService, context?: OperationContext) => Promise<unknown>;
      for (const context of [undefined, {}, { actor: 'ann' }]) {
        const error = await failureOf((async () => untyped(flamingock, context))());
        expect(error).toBeInstanceOf(InvalidRequestError);
        expect((error as Error).message).toMatch(/^"reason" must be given/);
        expect((error as Error).message).toContain(`${command} --reason "…"`);
      }
      const both = await failureOf((async () => untyped(flamingock, { actor: '' }))());
      expect((both as InvalidRequestError).faults.map(({ field }) => field)).toEqual(['actor', 'reason']);
      expect(database.snapshot()).toEqual(before);
    },
  );
});
