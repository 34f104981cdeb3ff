import { InMemoryAuditStore, InMemoryDatabase, ManualRuntime } from '@nestjs-flamingock/testing';
import type { ChangeDescriptor } from '../change/change-descriptor.js';
import { ChangeSource } from '../change/fingerprint.js';
import { aChange, changeMethod } from '../fixtures/changes.js';
import { anEngine } from '../fixtures/engines.js';
import { OtherTool } from '../fixtures/other-tools.js';
import { failureOf, passing, SERVICE, statesOf } from '../fixtures/runs.js';
import { createPipeline } from '../plan/pipeline.js';
import { ImportRefusedError, PartlyReplacedError } from '../plan/import.errors.js';
import { auditVerify } from './audit-verify.js';
import { execute } from './execute.js';
import { importHistory, previewImport } from './import.js';
import { undoImport } from './import-undo.js';
import type { OperationContext } from './operation-context.js';
import { InvalidRequestError } from './operation.errors.js';
import { plan } from './plan.js';
import { serviceRename } from './service-rename.js';
import { undo } from './undo.js';

let runtime: ManualRuntime;
let database: InMemoryDatabase;
let elder: OtherTool;
let ran: string[];

beforeEach(() => {
  runtime = new ManualRuntime();
  database = new InMemoryDatabase({ now: runtime.wallMs });
  elder = new OtherTool('A1', 'B2', 'C3');
  ran = [];
});

const signal = () => new AbortController().signal;
const store = () => new InMemoryAuditStore(database);
const states = () => statesOf(store());

/** The application with changes `id`, or `id=replaced+names`, in this order. */
function engine(changes = '', fields: Partial<ChangeDescriptor> = {}) {
  const connected = database.connect();
  const target = elder.target('shop', connected);
  const parts = changes === '' ? [] : changes.split(' ');
  return anEngine({
    store: new InMemoryAuditStore(connected),
    runtime,
    targets: [target],
    changes: parts.map((part, at) => {
      const [id = '', replaces] = part.split('=');
      return aChange({
        id,
        target,
        transactional: true,
        order: `${1001 + at}`,
        className: `Change${id}`,
        ...(replaces !== undefined && { replaces: replaces.split('+') }),
        execution: changeMethod(() => ran.push(id)),
        rollback: changeMethod(() => ran.push(`-${id}`)),
        ...fields,
      });
    }),
  });
}
const doImport = (changes = '', context: OperationContext = {}) =>
  passing(runtime, importHistory(engine(changes), { tool: 'elder' }, { ...context, signal: signal() }));
const run = (changes = '') => passing(runtime, execute(engine(changes), signal()));
const takeBack = (changes = '') => passing(runtime, undoImport(engine(changes), { signal: signal() }));
async function faultsOf(changes = ''): Promise<readonly string[]> {
  const error = await failureOf(doImport(changes));
  expect(error).toBeInstanceOf(ImportRefusedError);
  return (error as ImportRefusedError).faults;
}

describe('importHistory', () => {
  it('records what is applied as chained entries, those that changes replace under their ids', async () => {
    elder.migrations[0] = { name: 'A1', appliedAt: '2024-01-31 10:00:00', checksum: '-17' };
    const by = { actor: 'ann', reason: 'moving' };
    expect(await doImport('add-b=B2 add-d=D4', by)).toMatchObject({
      targetSystem: 'shop',
      known: 0,
      pending: ['add-d'],
      migrations: [
        {
          changeId: 'A1@shop',
          name: 'A1',
          kind: 'legacy',
          appliedAt: '2024-01-31 10:00:00',
          checksum: '-17',
        },
        { changeId: 'add-b', name: 'B2', kind: 'change' },
        { changeId: 'C3@shop', name: 'C3', kind: 'legacy' },
      ],
      head: { seq: 3 },
    });
    const [first, second] = await store().readSnapshot(SERVICE);
    expect(first).toMatchObject({
      state: 'EXECUTED',
      operation: 'IMPORT',
      targetSystem: 'shop',
      metadata: {
        by: 'ann',
        reason: 'moving',
        tool: 'elder',
        name: 'A1',
        appliedAt: '2024-01-31 10:00:00',
        checksum: '-17',
      },
    });
    expect(second).toMatchObject({ changeId: 'add-b', className: 'Changeadd-b', txStrategy: 'TX_SHARED' });
    expect(await auditVerify(engine('add-b=B2'))).toMatchObject({ ok: true, entries: 3 });
  });

  it('leaves only what is pending to the next start, and no warning', async () => {
    await doImport('add-b=B2 add-d=D4');
    const report = await run('add-b=B2 add-d=D4');
    expect(ran).toEqual(['add-d']);
    expect(report.warnings.filter((text) => !text.includes('rollback methods'))).toEqual([]);
    expect(report.changes[0]).toMatchObject({ result: 'skipped', reason: 'applied by elder as "B2"' });
    expect(await plan(engine('add-b=B2 add-d=D4'))).toMatchObject({
      unknown: [],
      outOfOrder: [],
      edited: [],
      legacy: ['A1@shop', 'C3@shop'],
    });
  });

  it('says nothing of it where a change comes before all of it', async () => {
    await doImport();
    expect(await plan(engine('first second'))).toMatchObject({ outOfOrder: [], renamed: [] });
    expect((await run('first second')).changes.map(({ result }) => result)).toEqual(['executed', 'executed']);
  });

  it('marks the history as settled at the next start, so that later ones do not read it whole', async () => {
    await doImport('add-b=B2');
    expect((await run('add-b=B2')).status).toBe('up-to-date');
    expect((await store().readHead(SERVICE))?.settled).toMatchObject({ seq: 3 });
    await takeBack();
    await doImport('add-b=B2');
    expect((await run('add-b=B2')).status).toBe('up-to-date');
    expect((await store().readHead(SERVICE))?.settled).toMatchObject({ seq: 9 });
  });

  it('is done once when two ask for it at the same time', async () => {
    const results = await Promise.all([doImport('add-b=B2'), doImport('add-b=B2')]);
    expect(results.map(({ migrations }) => migrations.length).sort()).toEqual([0, 3]);
    expect(await states()).toHaveLength(3);
  });

  it('adds only what was applied since', async () => {
    await doImport('add-b=B2');
    expect(await doImport('add-b=B2')).toMatchObject({ migrations: [], known: 3, head: { seq: 3 } });
    elder.migrations.push({ name: 'D4' });
    expect(await doImport('add-b=B2 add-d=D4')).toMatchObject({
      migrations: [{ changeId: 'add-d' }],
      known: 3,
    });
    expect(await states()).toHaveLength(4);
  });

  it('tells in a preview what it would do, and writes nothing, not even a lock', async () => {
    elder.faults = ['a row has no name'];
    expect(await previewImport(engine('add-b=B2'), { tool: 'elder' })).toMatchObject({
      migrations: [{ name: 'A1' }, { name: 'B2' }, { name: 'C3' }],
      faults: ['a row has no name'],
    });
    await faultsOf('add-b=B2');
    expect(await store().readHead(SERVICE)).toBeUndefined();
    expect(await store().lock.read(SERVICE)).toBeUndefined();
  });

  it('takes a change for applied that is written for an imported migration later', async () => {
    await doImport();
    expect((await run('add-b=B2 add-all=A1+C3')).status).toBe('up-to-date');
    expect(await plan(engine('add-b=B2 add-all=A1+C3'))).toMatchObject({
      legacy: ['A1@shop', 'B2@shop', 'C3@shop'],
      edited: [],
    });
    await passing(runtime, undo(engine('add-b=B2'), { changeId: 'add-b' }, { signal: signal() }));
    await run('add-b=B2');
    expect(ran).toEqual(['-add-b', 'add-b']);
  });

  it('records a change that replaces several after all of them', async () => {
    await doImport('add-all=A1+B2');
    expect(await states()).toEqual([
      'A1@shop EXECUTED',
      'B2@shop EXECUTED',
      'add-all EXECUTED',
      'C3@shop EXECUTED',
    ]);
    expect(await doImport('add-all=A1+B2')).toMatchObject({ migrations: [], known: 3 });
  });

  it('stops at a change of which another tool has done a part', async () => {
    await doImport();
    const error = await failureOf(run('add-all=C3+D4'));
    expect(error).toBeInstanceOf(PartlyReplacedError);
    expect(error).toMatchObject({ changes: [{ changeId: 'add-all', missing: ['D4'] }] });
    expect(ran).toEqual([]);
  });

  it('keeps its kind when the service is renamed', async () => {
    await doImport('add-b=B2');
    const names = { from: SERVICE, to: 'shop' };
    await passing(runtime, serviceRename(engine('add-b=B2'), names, { signal: signal() }));
    const renamed = engine('add-b=B2');
    const pipeline = createPipeline('shop', renamed.pipeline.stages);
    expect(await plan({ ...renamed, pipeline })).toMatchObject({
      unknown: [],
      legacy: ['A1@shop', 'C3@shop'],
    });
  });

  it('records the code that is said to be applied, so that a later edit is told', async () => {
    const source = (text: string) => new ChangeSource(() => [text]);
    const before = engine('add-b=B2', { source: source('up() { return 1; }\n') });
    await passing(runtime, importHistory(before, { tool: 'elder' }, { signal: signal() }));
    const edited = engine('add-b=B2', { source: source('up() { return 2; }\n') });
    expect((await plan(edited)).edited).toMatchObject([{ changeId: 'add-b' }]);
  });
});

describe('faults of an import', () => {
  it('are all listed at once, with nothing recorded', async () => {
    elder.faults = ['"Z" has failed'];
    elder.migrations.push({ name: 'A1' }, { name: 'x'.repeat(300) }, { name: 'same-id' });
    const faults = await faultsOf('one=A1 two=A1 gap=G1 three=C3 four=B2+B3 same-id');
    expect(faults).toEqual([
      '"Z" has failed',
      expect.stringMatching(/^"A1" is there more than once/),
      expect.stringMatching(/^"x+" cannot be recorded/),
      expect.stringMatching(/^Change "same-id" has the name of a migration of elder/),
      expect.stringMatching(/^"A1" is replaced by "one" and "two"/),
      expect.stringMatching(/^Change "four" replaces 2 migrations, and "B3" of them is not applied/),
      expect.stringMatching(/^"G1" \(change "gap"\) is not applied, and "three"/),
    ]);
    expect(await states()).toEqual([]);
  });

  it('are gaps only before what is imported now', async () => {
    await doImport('add-a=A1 add-b=B2 add-c=C3');
    expect(await doImport('add-a=A1 late=L1 add-b=B2 add-c=C3')).toMatchObject({
      migrations: [],
      pending: ['late'],
    });
    elder.migrations.push({ name: 'D4' });
    expect(await faultsOf('add-a=A1 late=L1 add-b=B2 add-c=C3 add-d=D4')).toEqual([
      expect.stringMatching(/^"L1" \(change "late"\) is not applied, and "add-d"/),
    ]);
  });

  it('are states of our history that contradict it', async () => {
    elder.migrations = [];
    await run('add-b=B2');
    await passing(runtime, undo(engine('add-b=B2'), { changeId: 'add-b' }, { signal: signal() }));
    elder.migrations = [{ name: 'B2' }];
    expect(await faultsOf('add-b=B2')).toEqual([
      expect.stringMatching(
        /^elder has "B2" as applied, and our history has change "add-b" in state ROLLED_BACK/,
      ),
    ]);
  });

  it('are none where our history has it as applied, too', async () => {
    elder.migrations = [];
    await run('add-b=B2');
    elder.migrations = [{ name: 'B2' }];
    expect(await doImport('add-b=B2')).toMatchObject({ migrations: [], known: 1 });
  });

  it('are migrations that were imported and are gone', async () => {
    await doImport('add-b=B2');
    elder.migrations.splice(1, 2);
    expect(await faultsOf('add-b=B2')).toEqual([
      expect.stringMatching(/^"B2" was imported before, as entry 2, and elder does not have it any more/),
      expect.stringMatching(/^"C3" was imported before/),
    ]);
  });

  it('are no faults of a request, which is wrong where no target system reads such a history', async () => {
    const wrong = async (request: object) => {
      const error = await failureOf(previewImport(engine(), { tool: 'elder', ...request }));
      expect(error).toBeInstanceOf(InvalidRequestError);
      return (error as InvalidRequestError).faults.map(({ field }) => field);
    };
    expect(await wrong({ tool: 'eldest' })).toEqual(['tool']);
    expect(await wrong({ targetSystem: 'files' })).toEqual(['targetSystem']);
    expect(await wrong({ table: '', schema: 'a\nb' })).toEqual(['table', 'schema']);
  });
});

describe('undoImport', () => {
  it('takes back the last import, after which it can be done again', async () => {
    await doImport('add-b=B2');
    expect(await takeBack()).toEqual({ tool: 'elder', changeIds: ['A1@shop', 'add-b', 'C3@shop'] });
    expect(await plan(engine('add-b=B2'))).toMatchObject({
      legacy: [],
      unknown: [],
      changes: [{ action: 'EXECUTE' }],
    });
    expect((await doImport('add-b=B2')).migrations).toHaveLength(3);
    expect(await auditVerify(engine('add-b=B2'))).toMatchObject({ ok: true, entries: 9 });
  });

  it('takes back the last one only', async () => {
    await doImport();
    elder.migrations.push({ name: 'D4' });
    await doImport();
    expect((await takeBack()).changeIds).toEqual(['D4@shop']);
    expect(await failureOf(takeBack())).toMatchObject({
      why: expect.stringMatching(/^the last import was taken back/),
    });
  });

  it('is refused as soon as anything else was recorded, and where there is nothing', async () => {
    expect(await failureOf(takeBack())).toMatchObject({ code: 'FLAMINGOCK_IMPORT_UNDO_REFUSED' });
    await doImport();
    await run('new');
    expect(await failureOf(takeBack())).toMatchObject({
      why: expect.stringMatching(
        /^something else was recorded since: the last entry, 5, says EXECUTED of "new"/,
      ),
    });
    expect(await states()).toHaveLength(5);
  });
});
