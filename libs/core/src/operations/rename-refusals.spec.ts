import { ManualRuntime } from '@nestjs-flamingock/testing';
import { changeMethod } from '../fixtures/changes.js';
import { failureOf, passing } from '../fixtures/runs.js';
import { Services, withChanges } from '../fixtures/services.js';
import { EarlierNameError } from '../plan/identity.errors.js';
import { RenameRefusedError, ServiceRenamedError } from '../plan/rename.errors.js';
import { auditFix } from './audit-fix.js';
import { auditReconcile } from './audit-reconcile.js';
import { execute } from './execute.js';
import { InvalidRequestError } from './operation.errors.js';
import { plan } from './plan.js';
import { undo } from './undo.js';

const TO_SHOP = { from: 'default', to: 'shop', reason: 'it has a name now' };
const signal = () => new AbortController().signal;

let services: Services;
beforeEach(() => (services = new Services(new ManualRuntime())));

const settle = <T>(work: Promise<T>) => passing(services.runtime, work);

describe('a rename', () => {
  it('says everything that speaks against it, and writes nothing', async () => {
    await services.start('shop', 'x');
    await services.start('default', 'a b');
    const written = services.audit.snapshot();
    const refusals = async (from: string, to: string) => {
      const error = await failureOf(services.rename({ from, to }));
      expect(error).toBeInstanceOf(RenameRefusedError);
      return (error as RenameRefusedError).refusals.join('\n');
    };
    expect(await refusals('shop', 'shop')).toBe(
      'Both names are the same. Name the present one first, then the new one.',
    );
    expect(await refusals('default', 'shop')).toMatch(/^"shop" has a history of its own, of 1 changes/);
    expect(await refusals('other', 'shop')).toMatch(/^"other" has no history.*\n"shop" has a history/);
    for (const names of [
      { from: 'default', to: ' ' },
      { from: 'a\0b', to: 'shop' },
    ]) {
      expect(await failureOf(services.rename(names))).toBeInstanceOf(InvalidRequestError);
    }
    expect(services.audit.snapshot()).toEqual(written);
  });

  it('is refused while changes are not settled, and names what to do about each', async () => {
    await services.start('default', 'a');
    const execution = changeMethod(() => Promise.reject(new TypeError('broke')));
    const failing = withChanges(services.engine('default', 'a b c'), { execution, rollback: undefined });
    await failureOf(settle(execute(failing, signal())));
    const error = await failureOf(services.rename(TO_SHOP));
    expect((error as Error).message).toMatch(
      /Change "b" of "default" is not settled.*EXECUTION_FAILED.*issue get -c b/s,
    );
    await settle(auditFix(failing, { changeId: 'b' }, { signal: signal() }));
    expect(await services.rename(TO_SHOP)).toMatchObject({ changes: 2 });
  });

  it('is refused where the history was altered', async () => {
    await services.start('default', 'a b');
    const tables = services.audit.snapshot();
    const entries = tables.entries.get('default') ?? [];
    tables.entries.set(
      'default',
      entries.map((entry) => ({ ...entry, author: 'eve' })),
    );
    services.audit.restore(tables);
    const error = await failureOf(services.rename(TO_SHOP));
    expect((error as Error).message).toMatch(
      /"default" was altered: entry 2 \(a\) was changed.*audit verify/,
    );
    expect(services.audit.snapshot()).toEqual(tables);
  });
});

describe('the former name', () => {
  beforeEach(async () => {
    await services.start('default', 'a b');
    await services.rename(TO_SHOP);
  });

  it('is still started under where there is nothing to apply', async () => {
    expect(await services.start('default', 'a b')).toMatchObject({ status: 'up-to-date', warnings: [] });
    expect(await services.start('default', 'a b')).toMatchObject({ status: 'up-to-date' });
  });

  it('has nothing applied any more, and the error names the new one', async () => {
    const written = services.audit.snapshot();
    const error = await failureOf(services.start('default', 'a b c'));
    expect(error).toBeInstanceOf(ServiceRenamedError);
    expect((error as Error).message).toMatch(/"default" was renamed to "shop".*FLAMINGOCK_SERVICE=shop/);
    expect(await failureOf(plan(services.engine('default', 'a b c')))).toBeInstanceOf(ServiceRenamedError);
    expect(services.audit.snapshot()).toEqual(written);
    expect(services.ran).toEqual(['a', 'b']);
  });

  it('has nothing recorded any more', async () => {
    const engine = services.engine('default', 'a b');
    const refused: (() => Promise<unknown>)[] = [
      () => auditFix(engine, { changeId: 'a' }, { signal: signal() }),
      () => undo(engine, { changeId: 'a' }, { dryRun: true, signal: signal() }),
      () => undo(engine, { changeId: 'a' }, { signal: signal() }),
    ];
    for (const work of refused) expect(await failureOf(settle(work()))).toBeInstanceOf(ServiceRenamedError);
    expect(await settle(auditReconcile(engine, {}, { signal: signal() }))).toMatchObject({ lostWrites: [] });
    expect(services.ran).toEqual(['a', 'b']);
    expect(await services.states('default')).toHaveLength(5);
  });

  it('is told to an application of yet another name', async () => {
    const error = await failureOf(services.start('store', 'a b'));
    expect(error).toBeInstanceOf(EarlierNameError);
    expect(error).toMatchObject({ earlierName: 'shop' });
    expect((error as Error).message).toContain('service rename shop store --reason');
  });
});
