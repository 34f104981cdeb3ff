import { InMemoryAuditStore, InMemoryDatabase } from '@nestjs-flamingock/testing';
import { SERVICE, failureOf } from '../fixtures/runs.js';
import { DecisionLedger } from './decision-ledger.js';
import { LedgerTamperedError } from './decision.errors.js';
import type { DecisionRecord, NewDecision } from './decision-record.js';

let database: InMemoryDatabase;
let store: InMemoryAuditStore;
let ledger: DecisionLedger;
let now: number;

beforeEach(() => {
  now = Date.UTC(2026, 0, 1);
  database = new InMemoryDatabase({ now: () => now });
  store = new InMemoryAuditStore(database);
  ledger = new DecisionLedger(store, SERVICE);
});

const ANN = { kind: 'human', name: 'ann', via: 'cli' } as const;
const comment = (reason: string, fields: Partial<NewDecision> = {}): NewDecision => ({
  kind: 'comment',
  changeId: 'publish',
  about: 'issue:3:ab',
  actor: ANN,
  reason,
  details: {},
  ...fields,
});

async function all(of = ledger): Promise<DecisionRecord[]> {
  const decisions: DecisionRecord[] = [];
  for await (const decision of of.read()) decisions.push(decision);
  return decisions;
}

const decisionKey = (seq: number) => ({
  service: SERVICE,
  kind: 'decision',
  key: String(seq).padStart(12, '0'),
});

async function edit(seq: number, change: (value: string) => string): Promise<void> {
  const record = await store.records.read(decisionKey(seq));
  if (!record) throw new Error(`no decision ${seq}`);
  const { version: ifVersion, value } = record;
  await store.records.write({ ...decisionKey(seq), value: change(value) }, { ifVersion });
}

async function remove(seq: number): Promise<void> {
  expect(await store.records.remove(decisionKey(seq), { ifVersion: 1 })).toBe(true);
}

describe('the ledger of decisions', () => {
  it('is empty at first', async () => {
    expect(await all()).toEqual([]);
  });

  it('keeps decisions in their order, with who, why, and the time of the store', async () => {
    await ledger.append(comment('looking'));
    now += 1_000;
    const second = await ledger.append(
      comment('', { kind: 'assign', reason: null, details: { assignee: 'bob' } }),
    );
    expect(await all()).toEqual([
      expect.objectContaining({
        seq: 1,
        actorKind: 'human',
        actorName: 'ann',
        via: 'cli',
        reason: 'looking',
      }),
      second,
    ]);
    expect(second).toMatchObject({
      service: SERVICE,
      seq: 2,
      kind: 'assign',
      details: { assignee: 'bob' },
      reason: null,
      createdAt: '2026-01-01T00:00:01.000Z',
    });
  });

  it('goes on beyond a page', async () => {
    for (let index = 0; index < 205; index++) await ledger.append(comment(`note ${index}`));
    expect((await all()).map(({ seq }) => seq)).toEqual(Array.from({ length: 205 }, (_, index) => index + 1));
  });

  it('gives every one of many writers at once a place of its own', async () => {
    const others = Array.from({ length: 8 }, (_, index) =>
      new DecisionLedger(new InMemoryAuditStore(database), SERVICE).append(comment(`from ${index}`)),
    );
    await Promise.all(others);
    const decisions = await all();
    expect(decisions.map(({ seq }) => seq)).toEqual([1, 2, 3, 4, 5, 6, 7, 8]);
    expect(new Set(decisions.map(({ reason }) => reason)).size).toBe(8);
  });

  it('does not take the decisions of another service for its own', async () => {
    await ledger.append(comment('ours'));
    expect(await all(new DecisionLedger(store, 'another'))).toEqual([]);
  });

  it('records a decision once where the answer is lost', async () => {
    let losing = true;
    const lossy = database.connect((statement, leg) => {
      if (!losing || statement !== 'writeRecord' || leg !== 'answer') return Promise.resolve();
      losing = false;
      return Promise.reject(new Error('connection lost'));
    });
    await new DecisionLedger(new InMemoryAuditStore(lossy), SERVICE).append(comment('once'));
    expect(losing).toBe(false);
    expect(await all()).toHaveLength(1);
  });

  it('says that a decision was not recorded where the request is lost', async () => {
    const deaf = database.connect((statement) =>
      statement === 'writeRecord' ? Promise.reject(new Error('connection lost')) : Promise.resolve(),
    );
    const lost = new DecisionLedger(new InMemoryAuditStore(deaf), SERVICE).append(comment('lost'));
    await expect(lost).rejects.toThrow('connection lost');
    expect(await all()).toEqual([]);
  });

  it('goes on after a writer that died before it noted the end', async () => {
    let writes = 0;
    const dying = database.connect((statement, leg) =>
      statement === 'writeRecord' && leg === 'request' && ++writes > 1
        ? Promise.reject(new Error('died'))
        : Promise.resolve(),
    );
    await failureOf(new DecisionLedger(new InMemoryAuditStore(dying), SERVICE).append(comment('first')));
    await ledger.append(comment('second'));
    expect((await all()).map(({ reason }) => reason)).toEqual(['first', 'second']);
  });
});

describe('a ledger that was tampered with', () => {
  beforeEach(async () => {
    for (const reason of ['one', 'two', 'three']) await ledger.append(comment(reason));
  });

  const faultOf = async (): Promise<LedgerTamperedError> => {
    const error = await failureOf(all());
    expect(error).toBeInstanceOf(LedgerTamperedError);
    return error as LedgerTamperedError;
  };

  it.each([
    [1, 'one'],
    [2, 'two'],
    [3, 'three'],
  ])('shows an edited decision: %s', async (seq, word) => {
    await edit(seq, (value) => value.replace(word, 'edited'));
    expect(await faultOf()).toMatchObject({ seq, fault: 'content does not match its hash' });
  });

  it('shows a decision that cannot be read', async () => {
    await edit(2, () => 'garbage');
    expect(await faultOf()).toMatchObject({ seq: 2, fault: 'cannot be read' });
  });

  it('shows a removed decision in the middle, and the last', async () => {
    await remove(3);
    expect(await faultOf()).toMatchObject({ seq: 3, fault: 'is missing' });
    await remove(2);
    expect(await faultOf()).toMatchObject({ seq: 2, fault: 'and all up to decision 3 are missing' });
  });

  it('shows an inserted decision, also one that copies another', async () => {
    const [, second] = await all();
    await store.records.write({ ...decisionKey(4), value: JSON.stringify(second) }, { ifVersion: 0 });
    expect(await faultOf()).toMatchObject({ seq: 2, fault: 'is there twice, or after decision 3' });
  });

  it('shows a last decision that was written anew', async () => {
    await remove(3);
    const end = { service: SERVICE, kind: 'decisions', key: 'end' };
    const noted = await store.records.read(end);
    const other = new DecisionLedger(new InMemoryAuditStore(database), SERVICE);
    const value = JSON.stringify({ seq: 2, hash: (await all().catch(() => []))[1]?.hash ?? '' });
    expect(value).toContain('"seq":2');
    await store.records.remove(end, { ifVersion: noted?.version ?? 0 });
    await other.append(comment('three, anew'));
    const anew = await store.records.read(end);
    await store.records.write({ ...end, value: noted?.value ?? '' }, { ifVersion: anew?.version ?? 0 });
    expect(await faultOf()).toMatchObject({
      seq: 3,
      fault: expect.stringMatching(/was rewritten/) as string,
    });
  });

  it('takes no further decision at an end that is not as it was written', async () => {
    await edit(3, (value) => value.replace('three', 'edited'));
    expect(await failureOf(ledger.append(comment('four')))).toBeInstanceOf(LedgerTamperedError);
  });

  it('takes no further decision where the last is missing', async () => {
    await remove(3);
    expect(await failureOf(ledger.append(comment('four')))).toMatchObject({ seq: 3, fault: 'is missing' });
  });
});

describe('a ledger into which somebody has written rows', () => {
  const OTHER = 'other';

  async function put(seq: number, value: string): Promise<void> {
    const found = await store.records.read(decisionKey(seq));
    await store.records.write({ ...decisionKey(seq), value }, { ifVersion: found?.version ?? 0 });
  }

  it('does not take the whole ledger of another service for its own', async () => {
    const elsewhere = new DecisionLedger(store, OTHER);
    for (const reason of ['one', 'two']) await elsewhere.append(comment(reason));
    for (const kind of ['decision', 'decisions'])
      for (const record of await store.records.list(OTHER, kind))
        await store.records.write(
          { service: SERVICE, kind, key: record.key, value: record.value },
          { ifVersion: 0 },
        );
    expect(await failureOf(all())).toMatchObject({
      seq: 1,
      fault: 'is of service "other": it was copied from there',
    });
    expect(await failureOf(ledger.append(comment('three')))).toBeInstanceOf(LedgerTamperedError);
  });

  it.each(['null', '[]', '7', '"text"', ''])('finds a row that holds %j', async (value) => {
    await ledger.append(comment('one'));
    await put(2, value);
    expect(await failureOf(all())).toMatchObject({ seq: 2, fault: 'cannot be read' });
  });
});
