import { InMemoryTable, ManualRuntime } from '@nestjs-flamingock/testing';
import { createSnapshot } from '../audit/audit-snapshot.js';
import { RENAME_ID } from '../audit/renaming.js';
import { ChangeSource, fingerprinted } from '../change/fingerprint.js';
import { changeMethod } from '../fixtures/changes.js';
import { failureOf, passing } from '../fixtures/runs.js';
import { Services, withChanges } from '../fixtures/services.js';
import { Wire } from '../fixtures/wire.js';
import { UnstorableTextError } from '../audit/audit.errors.js';
import { auditFix } from './audit-fix.js';
import { auditList } from './audit-list.js';
import { auditVerify } from './audit-verify.js';
import { execute } from './execute.js';
import { issueList } from './issues.js';
import { plan } from './plan.js';
import { serviceRename } from './service-rename.js';
import { undo } from './undo.js';

const TO_SHOP = { from: 'default', to: 'shop' };
const ANN = { actor: 'ann', reason: 'it has a name now' };
const signal = () => new AbortController().signal;

let services: Services;
beforeEach(() => (services = new Services(new ManualRuntime())));

const settle = <T>(work: Promise<T>) => passing(services.runtime, work);
const lastOf = async (service: string) => [
  ...createSnapshot(await services.store.readSnapshot(service)).values(),
];

describe('a service that is renamed', () => {
  it('goes on under the new name, from an entry for the last one of each change', async () => {
    await services.start('default', 'a b');
    const [a, b] = await lastOf('default');
    const renamed = await services.rename(TO_SHOP, undefined, ANN);
    expect(renamed).toMatchObject({ from: 'default', to: 'shop', changes: 2, recorded: 5, head: { seq: 4 } });
    expect(await services.states('shop')).toEqual([
      `${RENAME_ID} STARTED`,
      'a EXECUTED',
      'b EXECUTED',
      `${RENAME_ID} EXECUTED`,
    ]);
    const operator = { by: 'ann', reason: 'it has a name now' };
    const copies = (await lastOf('shop')).filter(({ changeId }) => changeId !== RENAME_ID);
    for (const [at, original] of [a!, b!].entries()) {
      const { changeId, stage, order, author, className, targetSystem, txStrategy, state, seq, hash } =
        original;
      const facts = { changeId, stage, order, author, className, targetSystem, txStrategy, state };
      const metadata = { ...operator, service: 'default', seq: String(seq), hash, operation: 'EXECUTE' };
      expect(copies[at]).toMatchObject({ ...facts, operation: 'IMPORT', service: 'shop', metadata });
    }
    expect(await services.start('shop', 'a b')).toMatchObject({ status: 'up-to-date', warnings: [] });
    expect(await services.start('shop', 'a b c')).toMatchObject({ status: 'applied', warnings: [] });
    expect(services.ran).toEqual(['a', 'b', 'c']);
  });

  it('keeps the fingerprints by which edits are told', async () => {
    await services.start('default', 'a');
    const source = new ChangeSource(() => ['a () {}']);
    const edited = withChanges(services.engine('default', 'a'), { author: 'bob', source });
    await settle(auditFix(edited, { changeId: 'a' }, { signal: signal() }));
    await services.rename(TO_SHOP);
    expect((await lastOf('shop')).find(({ changeId }) => changeId === 'a')).toMatchObject({
      author: 'bob',
      state: 'MANUAL_MARKED_AS_EXECUTED',
      metadata: { ...fingerprinted(source), operation: 'FIX' },
    });
  });

  it('leaves what was recorded before as it is, and both histories unbroken', async () => {
    await services.start('default', 'a b');
    const before = services.audit.snapshot().entries.get('default') ?? [];
    await services.rename(TO_SHOP, undefined, ANN);
    const after = services.audit.snapshot().entries.get('default') ?? [];
    expect(after.slice(0, -1)).toEqual(before);
    expect(after.at(-1)).toMatchObject({ changeId: RENAME_ID, metadata: { to: 'shop', by: 'ann' } });
    expect(await auditVerify(services.engine('default', 'a b'))).toMatchObject({ ok: true, entries: 5 });
    expect(await auditVerify(services.engine('shop', 'a b'))).toMatchObject({ ok: true, entries: 4 });
    expect(services.audit.snapshot().locks.get('default')?.expiresAt).toBe(0);
    expect(services.audit.snapshot().locks.get('shop')?.expiresAt).toBe(0);
  });

  it('is none of the changes that plan, issues and warnings are about', async () => {
    await services.start('default', 'a b');
    await services.rename(TO_SHOP);
    for (const service of ['default', 'shop']) {
      const engine = services.engine(service, 'a b');
      expect(await plan(engine)).toMatchObject({ unknown: [], unfinished: [], renamed: [], outOfOrder: [] });
      expect(await issueList(engine)).toEqual([]);
      expect((await auditList(engine)).map(({ changeId }) => changeId)).toContain(RENAME_ID);
      expect(await services.start(service, 'a')).toMatchObject({
        warnings: ['applied, but no longer in the code: b'],
      });
    }
  });

  it('reads no more than the head once it has been started under its new name', async () => {
    await services.start('default', 'a b');
    await services.rename(TO_SHOP);
    await services.start('shop', 'a b');
    const { answered, carry } = new Wire();
    await settle(execute(services.engine('shop', 'a b', carry), signal()));
    expect(answered).toEqual(['readHead']);
  });

  it('undoes in the order in which the changes were applied', async () => {
    await services.start('default', 'a b');
    const edited = withChanges(services.engine('default', 'a b'), { author: 'bob' });
    await settle(auditFix(edited, { changeId: 'a' }, { signal: signal() }));
    await services.rename(TO_SHOP);
    await settle(undo(services.engine('shop', 'a b'), { to: 'a' }, { signal: signal() }));
    expect(services.ran).toEqual(['a', 'b', '-b']);
  });

  it('may be renamed once more', async () => {
    await services.start('default', 'a b');
    await services.rename(TO_SHOP);
    await services.start('shop', 'a b c');
    await services.rename({ from: 'shop', to: 'store' });
    expect(await services.start('store', 'a b c')).toMatchObject({ status: 'up-to-date' });
    expect(await failureOf(services.start('shop', 'a b c d'))).toMatchObject({ to: 'store' });
    expect((await lastOf('store')).map(({ metadata }) => metadata['operation'])).toEqual([
      'EXECUTE',
      'EXECUTE',
      'EXECUTE',
      undefined,
    ]);
    expect(services.ran).toEqual(['a', 'b', 'c']);
  });

  it('is renamed in few appends however many changes it has', async () => {
    const ids = Array.from({ length: 450 }, (_, at) => `c${at}`).join(' ');
    await services.start('default', ids);
    const { answered, carry } = new Wire();
    await services.rename(TO_SHOP, services.engine('default', ids, carry));
    expect(answered.filter((statement) => statement === 'append')).toHaveLength(5);
    expect(await services.start('shop', ids)).toMatchObject({ status: 'up-to-date' });
  });

  it('has the name that is meant where the store cannot keep the reason', async () => {
    await services.start('default', 'a');
    const engine = services.engine('tool', 'a');
    const append = engine.store.append.bind(engine.store);
    engine.store.append = (batch) => {
      const isUnstorable = batch.entries.some(({ metadata }) => metadata['reason'] === 'é');
      return isUnstorable ? Promise.reject(new UnstorableTextError('é')) : append(batch);
    };
    await services.rename({ from: 'default', to: 'café' }, engine, { reason: 'é' });
    expect(await services.start('café', 'a')).toMatchObject({ status: 'up-to-date' });
    expect(await services.rename({ from: 'default', to: 'café' })).toMatchObject({ recorded: 0 });
  });
});

describe('a rename', () => {
  it('that was done before records nothing', async () => {
    await services.start('default', 'a b');
    await services.rename(TO_SHOP);
    await services.start('shop', 'a b c');
    expect(await services.rename(TO_SHOP)).toMatchObject({ recorded: 0, changes: 2 });
  });

  it('is done once where several instances are told to', async () => {
    await services.start('default', 'a b');
    const renames = [1, 2].map(() =>
      serviceRename(services.engine('shop', 'a b'), TO_SHOP, { signal: signal() }),
    );
    const done = await settle(Promise.all(renames));
    expect(done.map(({ recorded }) => recorded).sort()).toEqual([0, 5]);
  });

  it('lets starts under either name wait', async () => {
    await services.start('default', 'a');
    const wire = new Wire();
    let goOn: () => void = () => undefined;
    const held = new Promise<void>((resolve) => (goOn = resolve));
    const closing = () => {
      wire.meet('append', 'request', () => held);
      return Promise.resolve();
    };
    const renaming = services.rename(
      TO_SHOP,
      services.engine('tool', 'a', wire.meet('append', 'answer', closing).carry),
    );
    await services.runtime.advance(100);
    const starts = [
      services.start('shop', 'a'),
      services.start('default', 'a b').catch((error: unknown) => error),
    ];
    await services.runtime.advance(1_000);
    expect(await services.states('shop')).toEqual([`${RENAME_ID} STARTED`]);
    goOn();
    await renaming;
    expect(await Promise.all(starts)).toMatchObject([
      { status: 'up-to-date', waitedMs: expect.any(Number) },
      { name: 'ServiceRenamedError' },
    ]);
    expect(services.ran).toEqual(['a']);
  });

  it('shuts out a transaction that is still open under the former name', async () => {
    let goOn: () => void = () => undefined;
    const execution = changeMethod(async ({ handles }) => {
      await new Promise<void>((resolve) => (goOn = resolve));
      await (handles.get(InMemoryTable) as InMemoryTable).set('B', 'late');
    });
    const stale = execute(withChanges(services.engine('default', 'B'), { execution }), signal());
    await services.runtime.advance(100);
    const lock = await services.store.lock.read('default');
    await services.store.lock.release(lock!);
    // The code has another change there by now, so that no run settles this one.
    const fix = { changeId: 'B', resolution: 'ROLLED_BACK' } as const;
    await settle(auditFix(services.engine('default', 'A'), fix, { signal: signal() }));
    await services.rename(TO_SHOP, services.engine('shop', 'A'));
    goOn();
    await failureOf(settle(stale));
    expect(services.target.snapshot().rows.size).toBe(0);
    expect(await services.start('shop', 'B')).toMatchObject({ status: 'applied' });
  });

  it('waits for a run that is going on', async () => {
    await services.start('default', 'a');
    let goOn: () => void = () => undefined;
    const execution = changeMethod(() => new Promise<void>((resolve) => (goOn = resolve)));
    const run = execute(withChanges(services.engine('default', 'a b'), { execution }), signal());
    await services.runtime.advance(100);
    const renaming = serviceRename(services.engine('tool', 'a b'), TO_SHOP, { signal: signal() });
    await services.runtime.advance(1_000);
    expect(await services.states('shop')).toEqual([]);
    goOn();
    await settle(run);
    expect(await settle(renaming)).toMatchObject({ changes: 2 });
  });
});
