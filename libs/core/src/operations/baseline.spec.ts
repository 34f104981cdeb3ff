import { InMemoryAuditStore, InMemoryDatabase, ManualRuntime } from '@nestjs-flamingock/testing';
import { aChange, changeMethod } from '../fixtures/changes.js';
import { anEngine } from '../fixtures/engines.js';
import { failureOf, passing, SERVICE, statesOf } from '../fixtures/runs.js';
import { BaselineRefusedError } from '../plan/import.errors.js';
import { baseline, previewBaseline } from './baseline.js';
import { execute } from './execute.js';
import { undoImport } from './import-undo.js';
import { InvalidRequestError, UnknownChangeError } from './operation.errors.js';

let runtime: ManualRuntime;
let database: InMemoryDatabase;
let ran: string[];

beforeEach(() => {
  runtime = new ManualRuntime();
  database = new InMemoryDatabase({ now: runtime.wallMs });
  ran = [];
});

const signal = () => new AbortController().signal;
const store = () => new InMemoryAuditStore(database.connect());
const engine = (ids = 'a b c') =>
  anEngine({
    store: store(),
    runtime,
    changes: ids
      .split(' ')
      .map((id, at) =>
        aChange({ id, order: `${1001 + at}`, className: id, execution: changeMethod(() => ran.push(id)) }),
      ),
  });
const VOUCHED = { actor: 'ann', reason: 'looked at the schema' };
const mark = (to: string, context: object = VOUCHED) =>
  passing(runtime, baseline(engine(), { to }, { ...context, signal: signal() }));
const run = (ids?: string) => passing(runtime, execute(engine(ids), signal()));

describe('baseline', () => {
  it('marks every change up to one as applied, and the next start executes the rest', async () => {
    expect(await mark('b')).toEqual({ to: 'b', changeIds: ['a', 'b'] });
    await run();
    expect(ran).toEqual(['c']);
    expect((await store().readSnapshot(SERVICE))[0]).toMatchObject({
      state: 'MANUAL_MARKED_AS_EXECUTED',
      operation: 'IMPORT',
      metadata: { by: 'ann', reason: 'looked at the schema', tool: 'baseline' },
    });
  });

  it('rests on who vouches for it, and why', async () => {
    const error = await failureOf(mark('b', {}));
    expect(error).toBeInstanceOf(InvalidRequestError);
    expect((error as InvalidRequestError).faults.map(({ field }) => field)).toEqual(['actor', 'reason']);
    expect(await store().readHead(SERVICE)).toBeUndefined();
  });

  it('is refused for changes that have a history, all of them told, and for what the code does not have', async () => {
    await run('a b');
    const error = await failureOf(mark('c'));
    expect(error).toBeInstanceOf(BaselineRefusedError);
    expect((error as BaselineRefusedError).refusals).toEqual([
      expect.stringMatching(/^"a" has a history/),
      expect.stringMatching(/^"b" has a history/),
    ]);
    expect(await failureOf(mark('d'))).toBeInstanceOf(UnknownChangeError);
    expect(await statesOf(store())).toHaveLength(4);
  });

  it('is done once when two ask for it at the same time', async () => {
    const results = await Promise.all([mark('c'), mark('c')]);
    expect(results.map(({ changeIds }) => changeIds.length).sort()).toEqual([0, 3]);
    expect(await statesOf(store())).toHaveLength(3);
  });

  it('tells in a preview what it would mark, and can be taken back', async () => {
    expect(await previewBaseline(engine(), { to: 'a' })).toEqual({ to: 'a', changeIds: ['a'] });
    await mark('b');
    const taken = await passing(runtime, undoImport(engine(), { signal: signal() }));
    expect(taken).toEqual({ tool: 'baseline', changeIds: ['a', 'b'] });
    expect(await mark('a')).toEqual({ to: 'a', changeIds: ['a'] });
  });
});
