import 'reflect-metadata';
import { inMemoryAuditStore, InMemoryDatabase } from '@nestjs-flamingock/testing';
import type { AuditStore } from '../audit/audit-store.js';
import { AuditStoreUnavailableError } from '../audit/audit.errors.js';
import type { ChangeClass } from '../change/change-discovery.js';
import { Change } from '../change/change.decorator.js';
import { Execution } from '../change/execution.decorator.js';
import { TargetSystem } from '../change/target-system.decorator.js';
import { boot, closeApplications, rootModule } from '../fixtures/applications.js';
import { failureOf } from '../fixtures/runs.js';
import {
  EarlierNameError,
  EditedChangesError,
  ForeignChangesError,
  RenamedChangesError,
} from '../plan/identity.errors.js';
import { FlamingockEvents } from '../reporting/event-publisher.js';
import { nonTransactionalTargetSystem } from './non-transactional.target-system.js';
import { FLAMINGOCK_AUDIT_STORE } from './flamingock.constants.js';
import type { FlamingockSettings } from './flamingock-options.js';
import { FlamingockService } from './flamingock.service.js';

let ran: string[];
let database: InMemoryDatabase;

beforeEach(() => {
  ran = [];
  database = new InMemoryDatabase();
});
afterEach(closeApplications);

@Change({ id: 'add-sku', order: '0001', author: 'ann' })
@TargetSystem('files')
class AddSku {
  @Execution()
  execute() {
    ran.push('add-sku');
  }
}

/** A change as it is in another version of the code, or in another application. */
function version(
  { id = 'add-sku', order = '0001', author = 'ann', target = 'files', name = 'AddSku' },
  edited = false,
): ChangeClass {
  class Plain {
    execute() {
      ran.push('add-sku');
    }
  }
  class Edited {
    execute() {
      ran.push('add-sku', 'edited');
    }
  }
  const type = edited ? Edited : Plain;
  Object.defineProperty(type, 'name', { value: name });
  Execution()(type.prototype, 'execute', Object.getOwnPropertyDescriptor(type.prototype, 'execute')!);
  Change({ id, order, author })(type);
  TargetSystem(target)(type);
  return type;
}

async function start(changes: ChangeClass[], settings: FlamingockSettings = {}) {
  const app = await boot(
    rootModule({
      flamingock: {
        service: 'shop',
        auditStore: inMemoryAuditStore(database),
        targetSystems: [nonTransactionalTargetSystem('files'), nonTransactionalTargetSystem('bucket')],
        runAt: 'manual',
        ...settings,
      },
      changes,
    }),
  );
  const warnings: string[] = [];
  app.get(FlamingockEvents).on('run.completed', ({ report }) => warnings.push(...report.warnings));
  return { app, flamingock: app.get(FlamingockService), warnings };
}
/** Applies what is pending, as a start does, and gives back what it warned of. */
async function run(changes: ChangeClass[], settings?: FlamingockSettings): Promise<string[]> {
  const { flamingock, warnings } = await start(changes, settings);
  await flamingock.execute();
  return warnings;
}

describe('two applications with one service name and one id', () => {
  const other = () => version({ target: 'bucket', name: 'AddBucket' });

  it('stop at the start of the second, which names both and what to write', async () => {
    await run([AddSku]);
    const { flamingock } = await start([other()]);
    const error = await failureOf(flamingock.execute());
    expect(error).toBeInstanceOf(ForeignChangesError);
    expect(error).toMatchObject({
      changes: [
        {
          changeId: 'add-sku',
          recorded: { className: 'AddSku', author: 'ann', targetSystem: 'files' },
          inCode: { className: 'AddBucket', author: 'ann', targetSystem: 'bucket' },
        },
      ],
    });
    expect((error as Error).message).toMatch(/AddSku.*AddBucket.*service: '…'.*audit fix -c add-sku/s);
    expect(await flamingock.plan()).toMatchObject({
      foreign: ['add-sku'],
      changes: [{ action: 'MANUAL_INTERVENTION' }],
    });
    expect((await flamingock.issues.get()).guidance.join()).toContain('service');
    expect(ran).toEqual(['add-sku']);
  });

  it('both run it once each has a name of its own', async () => {
    await run([AddSku]);
    await run([other()], { service: 'depot' });
    expect(ran).toEqual(['add-sku', 'add-sku']);
  });

  it('are one where an operator says so', async () => {
    await run([AddSku]);
    const { flamingock } = await start([other()]);
    expect(await flamingock.audit.fix({ changeId: 'add-sku' }, { reason: 'test' })).toMatchObject({
      next: { action: 'SKIP' },
    });
    expect(await run([other()])).toEqual([]);
    expect(ran).toEqual(['add-sku']);
  });
});

describe('an applied change that was edited', () => {
  it.each<[string, () => ChangeClass, RegExp]>([
    ['its code', () => version({}, true), /"add-sku" \(the code of its methods\)/],
    ['its author', () => version({ author: 'bob' }), /author "ann", now "bob"/],
    ['its order', () => version({ order: '0002' }), /order "0001", now "0002"/],
    ['its class', () => version({ name: 'AddCode' }), /class "AddSku", now "AddCode"/],
    ['its target system', () => version({ target: 'bucket' }), /target system "files", now "bucket"/],
  ])('is told at every start, and does not run again: %s', async (_what, edited, told) => {
    await run([AddSku]);
    expect(await run([AddSku])).toEqual([]);
    expect(await run([edited()])).toEqual([expect.stringMatching(told)]);
    expect(await run([edited()])).toEqual([expect.stringMatching(told)]);
    expect(await run([edited()], { editedChanges: 'ignore' })).toEqual([]);
    expect(ran).toEqual(['add-sku']);
  });

  it('is told by the plan and by the list of entries', async () => {
    await run([AddSku]);
    const { flamingock } = await start([version({ author: 'bob' }, true)]);
    const differences = ['author "ann", now "bob"', 'the code of its methods'];
    expect((await flamingock.plan()).edited).toEqual([{ changeId: 'add-sku', differences }]);
    expect((await flamingock.audit.list()).map(({ edited }) => edited)).toEqual([differences]);
    const history = await flamingock.audit.list({ history: true });
    expect(history.map(({ edited }) => edited)).toEqual([undefined, differences]);
  });

  it('is told along with what is applied besides, and by the start after that', async () => {
    const more = version({ id: 'add-ean', order: '0002', name: 'AddEan' });
    await run([AddSku]);
    expect(await run([version({}, true), more])).toHaveLength(1);
    expect(await run([version({}, true), more])).toHaveLength(1);
  });

  it('stops the start where it is to', async () => {
    await run([AddSku]);
    const { flamingock } = await start([version({}, true)], { editedChanges: 'fail' });
    const error = await failureOf(flamingock.execute());
    expect(error).toBeInstanceOf(EditedChangesError);
    expect((error as Error).message).toMatch(/add-sku.*the code of its methods.*audit fix -c add-sku/s);
  });

  it('is told in development with the command that runs it again, where it was applied last', async () => {
    const second = (edited = false) => version({ id: 'add-tag', order: '0002', name: 'AddTag' }, edited);
    await run([version({}), second()]);
    const development = { development: true };
    const last =
      /^"add-tag" \(the code of its methods\) was edited .* no rollback method: .*`npx .* redo -c add-tag`$/;
    const other = /^edited since they were applied, .*: "add-sku" .*audit fix -c add-sku/;
    expect(await run([version({}), second(true)], development)).toEqual([expect.stringMatching(last)]);
    expect(await run([version({}, true), second(true)], development)).toEqual([
      expect.stringMatching(last),
      expect.stringMatching(other),
    ]);
    expect(await run([version({}, true), second()], development)).toEqual([expect.stringMatching(other)]);
    const { flamingock } = await start([version({}), second(true)], {
      ...development,
      editedChanges: 'fail',
    });
    expect((await failureOf(flamingock.execute())) as Error).toMatchObject({
      message: expect.stringMatching(/audit fix -c add-tag.*redo -c add-tag/s) as string,
    });
  });

  it('is run again in development, as it is now', async () => {
    await run([version({})]);
    const { flamingock } = await start([version({}, true)], { development: true });
    const context = { actor: { kind: 'agent', name: 'pair' }, reason: 'half written' } as const;
    expect(await flamingock.redo({ changeId: 'add-sku' }, context)).toMatchObject({ status: 'redone' });
    expect(ran).toEqual(['add-sku', 'add-sku', 'edited']);
    expect(await run([version({}, true)], { development: true })).toEqual([]);
    const [, , forgotten] = await flamingock.audit.list({ history: true });
    expect(forgotten).toMatchObject({
      operation: 'FORGET',
      metadata: { by: 'pair', actorKind: 'agent', reason: 'half written' },
    });
  });

  it('is told no more once an operator has accepted it, until it is edited again', async () => {
    await run([AddSku]);
    const { flamingock } = await start([version({}, true)]);
    await failureOf(
      flamingock.audit.fix({ changeId: 'add-sku', resolution: 'ROLLED_BACK' }, { reason: 'test' }),
    );
    expect(await flamingock.audit.fix({ changeId: 'add-sku' }, { reason: 'test' })).toMatchObject({
      next: { action: 'SKIP' },
    });
    expect(await run([version({}, true)])).toEqual([]);
    expect(await run([AddSku])).toHaveLength(1);
  });
});

describe('an applied change under another id', () => {
  const renamed = () => version({ id: 'add-code', order: '0002' });

  it('stops the start, which names both ids and what to write', async () => {
    await run([AddSku]);
    const { flamingock } = await start([renamed()]);
    const error = await failureOf(flamingock.execute());
    expect(error).toBeInstanceOf(RenamedChangesError);
    expect(error).toMatchObject({ changes: [{ changeId: 'add-code', formerId: 'add-sku' }] });
    expect((error as Error).message).toMatch(/class AddSku.*id: 'add-sku'.*audit fix -c add-code/s);
    expect((await flamingock.plan()).renamed).toEqual([
      { changeId: 'add-code', formerId: 'add-sku', shared: 'class AddSku' },
    ]);
    expect(ran).toEqual(['add-sku']);
  });

  it('is recorded as applied, or runs as a new one, as an operator says', async () => {
    await run([AddSku]);
    const { flamingock } = await start([renamed()]);
    expect(
      await flamingock.audit.fix({ changeId: 'add-code' }, { actor: 'ann', reason: 'test' }),
    ).toMatchObject({
      state: 'MANUAL_MARKED_AS_EXECUTED',
      next: { action: 'SKIP' },
    });
    expect(await run([renamed()])).toEqual([expect.stringContaining('no longer in the code: add-sku')]);
    expect(ran).toEqual(['add-sku']);
    database = new InMemoryDatabase();
    await run([AddSku]);
    const again = await start([renamed()]);
    await again.flamingock.audit.fix({ changeId: 'add-code', resolution: 'ROLLED_BACK' }, { reason: 'test' });
    await run([renamed()]);
    expect(ran).toEqual(['add-sku', 'add-sku', 'add-sku']);
  });

  it('runs where renamedChanges lets it, and says so', async () => {
    await run([AddSku]);
    expect((await run([renamed()], { renamedChanges: 'warn' })).join()).toContain('has class AddSku of');
    expect(ran).toEqual(['add-sku', 'add-sku']);
  });
});

describe('an application that is given a name', () => {
  const named = { service: 'shop' };
  const unnamed = { service: 'default' };

  it('does not run again what is applied under the name that it had before', async () => {
    await run([AddSku], unnamed);
    const more = version({ id: 'add-ean', order: '0002', name: 'AddEan' });
    const { flamingock } = await start([AddSku, more], named);
    const error = await failureOf(flamingock.execute());
    expect(error).toBeInstanceOf(EarlierNameError);
    expect(error).toMatchObject({ service: 'shop', earlierName: 'default', applied: 1, changes: 2 });
    expect((error as Error).message).toContain("service: 'default'");
    expect((error as Error).message).toContain('service rename default shop --reason "');
    expect(await failureOf(flamingock.plan())).toBeInstanceOf(EarlierNameError);
    expect(ran).toEqual(['add-sku']);
  });

  it.each([
    ['the driver', new RangeError('connection reset')],
    ['the store', new AuditStoreUnavailableError('shop', new RangeError('connection reset'))],
  ])('runs nothing where %s could not read what is under that name', async (_who, failure) => {
    await run([AddSku], unnamed);
    const { app, flamingock } = await start([AddSku], named);
    const store = app.get<AuditStore>(FLAMINGOCK_AUDIT_STORE);
    const readHead = store.readHead.bind(store);
    store.readHead = (service) => (service === 'default' ? Promise.reject(failure) : readHead(service));
    expect(await failureOf(flamingock.execute())).toBeInstanceOf(AuditStoreUnavailableError);
    expect(ran).toEqual(['add-sku']);
    store.readHead = readHead;
    expect(await failureOf(flamingock.execute())).toBeInstanceOf(EarlierNameError);
  });

  it('does not either after an operation that had nothing to do there', async () => {
    await run([AddSku], unnamed);
    const { flamingock } = await start([AddSku], named);
    await failureOf(flamingock.audit.fix({ changeId: 'add-sku' }, { reason: 'test' }));
    expect(await failureOf(flamingock.execute())).toBeInstanceOf(EarlierNameError);
    expect(ran).toEqual(['add-sku']);
  });

  it('runs beside the history of others under that name', async () => {
    await run([AddSku, version({ id: 'add-ean', order: '0002', name: 'AddEan' })], unnamed);
    await run([version({ id: 'add-bin', name: 'AddBin' })], named);
    await run([version({ target: 'bucket', name: 'AddBucket' })], { service: 'depot' });
    expect(ran).toHaveLength(4);
  });
});
