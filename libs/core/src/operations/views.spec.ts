import { InMemoryAuditStore, InMemoryDatabase, ManualRuntime } from '@nestjs-flamingock/testing';
import { aChange, changeMethod } from '../fixtures/changes.js';
import { anEngine } from '../fixtures/engines.js';
import { failureOf, passing } from '../fixtures/runs.js';
import { auditFix } from './audit-fix.js';
import { changeGet } from './change-detail.js';
import { changeList } from './change-list.js';
import { decideIssue } from './decide.js';
import { execute } from './execute.js';
import { historyPage } from './history-page.js';
import { live } from './live.js';
import { overview } from './overview.js';
import { runGet, runList } from './runs.js';
import { status } from './status.js';
import { OutdatedRequestError, UnknownRunError } from './view.errors.js';

let runtime: ManualRuntime;
let database: InMemoryDatabase;

beforeEach(() => {
  runtime = new ManualRuntime();
  database = new InMemoryDatabase({ now: runtime.wallMs });
});

const fails = changeMethod(() => {
  throw new TypeError('no room left');
});
const signal = new AbortController().signal;

function engine(ids: string, broken?: string) {
  const changes = ids
    .split(' ')
    .map((id, at) => aChange({ id, order: `000${at}`, ...(id === broken && { execution: fails }) }));
  return anEngine({ store: new InMemoryAuditStore(database), runtime, changes });
}

const apply = (ids: string, broken?: string) => passing(runtime, execute(engine(ids, broken), signal));
const seqs = ({ entries }: { entries: readonly { seq: number }[] }) => entries.map(({ seq }) => seq);

describe('a page of the history', () => {
  it('leads from the newest entry to the first by the number of the last one on the page before', async () => {
    await apply('a b');
    const one = engine('a b');
    const first = await historyPage(one, { limit: 3 });
    expect([seqs(first), first.next]).toEqual([[4, 3, 2], 2]);
    const second = await historyPage(one, { limit: 3, before: 2 });
    expect([seqs(second), second.next]).toEqual([[1], undefined]);
  });

  it('has only entries of a state, or with a text in any case', async () => {
    await failureOf(apply('a b', 'b'));
    const one = engine('a b');
    expect(seqs(await historyPage(one, { states: ['STARTED'] }))).toEqual([3, 1]);
    expect(seqs(await historyPage(one, { text: 'NO ROOM' }))).toEqual([4]);
    expect(seqs(await historyPage(one, { changeId: 'a' }))).toEqual([2, 1]);
  });

  it('refuses bounds that make no sense, with all faults at once', async () => {
    const asked = historyPage(engine('a'), { before: 0, limit: 501 });
    await expect(asked).rejects.toThrow(/"before" must be .*"limit" must be/s);
  });
});

describe('runs', () => {
  it('are told by the entries that they have left, the newest first, page by page', async () => {
    await apply('a');
    await failureOf(apply('a b c', 'c'));
    const one = engine('a b c');
    const { runs, next } = await runList(one, { limit: 1 });
    expect(runs).toMatchObject([{ firstSeq: 3, lastSeq: 6, changes: 2, failed: 1, isGoingOn: false }]);
    expect(await runList(one, { limit: 1, before: next ?? 0 })).toMatchObject({
      runs: [{ firstSeq: 1, lastSeq: 2, changes: 1, failed: 0 }],
    });
  });

  it('are found by any of their entries, with what became of each change', async () => {
    await apply('a');
    await failureOf(apply('a b c', 'c'));
    expect(await runGet(engine('a b c'), 4)).toMatchObject({
      firstSeq: 3,
      lastSeq: 6,
      isCut: false,
      timeline: [
        { changeId: 'b', state: 'EXECUTED', attempts: 1, error: null },
        { changeId: 'c', state: 'EXECUTION_FAILED', error: 'TypeError: no room left' },
      ],
    });
    await expect(runGet(engine('a'), 7)).rejects.toThrow(UnknownRunError);
  });

  it('that an operator has done name who and why', async () => {
    await failureOf(apply('a', 'a'));
    const operation = {
      actor: { kind: 'human', name: 'ann', via: 'dashboard' },
      reason: 'seen',
      signal,
    } as const;
    await passing(runtime, auditFix(engine('a'), { changeId: 'a', seq: 2 }, operation));
    expect((await runList(engine('a'))).runs[0]).toMatchObject({
      operation: 'FIX',
      actor: { kind: 'human', name: 'ann', via: 'dashboard' },
      reason: 'seen',
    });
  });
});

describe('changes', () => {
  it('are listed with where they stand, and those that the code no longer has at the end', async () => {
    await apply('old a');
    const { changes, total } = await changeList(engine('a b'));
    expect(changes).toMatchObject([
      { changeId: 'a', state: 'EXECUTED', action: 'SKIP', inCode: true },
      { changeId: 'b', action: 'EXECUTE', inCode: true },
      { changeId: 'old', state: 'EXECUTED', inCode: false },
    ]);
    expect(total).toBe(3);
  });

  it('are found by a text, a state or an action, page by page', async () => {
    await apply('a ab');
    const one = engine('a ab abc');
    expect((await changeList(one, { text: 'AB' })).changes.map(({ changeId }) => changeId)).toEqual([
      'ab',
      'abc',
    ]);
    expect((await changeList(one, { actions: ['EXECUTE'] })).total).toBe(1);
    const { next } = await changeList(one, { limit: 2 });
    expect(next).toBe('ab');
    expect(await changeList(one, { limit: 2, after: 'ab' })).toMatchObject({
      changes: [{ changeId: 'abc' }],
    });
  });

  it('tell their history, what may come of it and what to type', async () => {
    await failureOf(apply('a', 'a'));
    expect(await changeGet(engine('a', 'a'), 'a')).toMatchObject({
      issue: { changeId: 'a' },
      history: [{ state: 'STARTED' }, { state: 'EXECUTION_FAILED' }],
      resolutions: [
        { resolution: 'EXECUTED', missing: 0 },
        { resolution: 'ROLLED_BACK', missing: 0 },
      ],
      commands: [
        { what: 'inspect' },
        { what: 'history' },
        { what: 'mark-executed' },
        { what: 'mark-rolled-back' },
      ],
    });
  });

  it('are not settled by what was decided about an earlier state of them', async () => {
    await failureOf(apply('a', 'a'));
    const fix = auditFix(engine('a'), { changeId: 'a', seq: 1 }, { reason: 'seen', signal });
    await expect(passing(runtime, fix)).rejects.toThrow(OutdatedRequestError);
    const said = decideIssue(
      engine('a'),
      { kind: 'acknowledge', changeId: 'a', seq: 1 },
      { actor: { kind: 'human', name: 'ann' } },
    );
    await expect(said).rejects.toThrow(OutdatedRequestError);
  });
});

describe('the overview', () => {
  it('is the status, with what comes next and what came last', async () => {
    await failureOf(apply('a b c', 'b'));
    const one = engine('a b c', 'b');
    expect(await overview(one)).toMatchObject({
      ...(await status(one)),
      pending: [
        { changeId: 'b', action: 'MANUAL_INTERVENTION' },
        { changeId: 'c', action: 'EXECUTE' },
      ],
      approvals: [],
      runs: [{ firstSeq: 1, lastSeq: 4, failed: 1 }],
    });
  });
});

describe('what goes on', () => {
  it('is told with the entries since the one that is known, and writes nothing', async () => {
    await apply('a');
    const one = engine('a');
    expect(await live(one)).toMatchObject({ state: { seq: 2, decisions: 0 }, entries: [], isReset: false });
    const news = await live(one, { after: 1 });
    expect([seqs(news), news.isReset]).toEqual([[2], false]);
  });

  it('is to be read anew where the history ends before what is known', async () => {
    await apply('a');
    expect(await live(engine('a'), { after: 9 })).toMatchObject({ entries: [], isReset: true });
  });
});
