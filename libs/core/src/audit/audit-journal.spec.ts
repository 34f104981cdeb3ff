import { holdOf, InMemoryAuditStore, InMemoryDatabase, ManualRuntime } from '@nestjs-flamingock/testing';
import { failureOf, LEASE_MS, openRun, passing, SERVICE, statesOf } from '../fixtures/runs.js';
import { Wire } from '../fixtures/wire.js';
import { LockLostError } from '../lock/lock.errors.js';
import type { RunResources } from '../executor/change-caller.js';
import { entryHash } from './audit-chain.js';
import type { AuditEntry } from './audit-entry.js';
import { AuditTamperedError, UnstorableTextError } from './audit.errors.js';
import type { AuditJournal, ChangeFacts } from './audit-journal.js';

const SUBJECT: ChangeFacts = {
  stage: 'main',
  changeId: 'publish',
  order: '0001',
  author: 'team',
  targetSystem: 'files',
  txStrategy: 'NON_TX',
  recoveryStrategy: 'MANUAL_INTERVENTION',
  transactional: false,
  className: 'Publish',
};

let runtime: ManualRuntime;
let database: InMemoryDatabase;
let wire: Wire;
let run: RunResources;
let journal: AuditJournal;

beforeEach(async () => {
  runtime = new ManualRuntime();
  database = new InMemoryDatabase({ now: runtime.wallMs });
  wire = new Wire();
  run = await openRun(new InMemoryAuditStore(database.connect(wire.carry)), runtime);
  journal = run.journal;
});

const healthy = () => new InMemoryAuditStore(database);
const started = () => ({ state: 'STARTED', at: journal.now() }) as const;
const executed = () => ({ state: 'EXECUTED', at: journal.now() }) as const;
const STARTED = ['publish STARTED'];
const BOTH = ['publish STARTED', 'publish EXECUTED'];
const takeOver = () => healthy().claimHead(holdOf(2));

async function history(): Promise<AuditEntry[]> {
  const entries: AuditEntry[] = [];
  for await (const entry of healthy().readHistory(SERVICE)) entries.push(entry);
  return entries;
}

describe('an append', () => {
  it('goes on where the history ends', async () => {
    await journal.append(SUBJECT, started());
    await journal.append(SUBJECT, executed());
    const [first, second] = await history();
    expect(second).toMatchObject({ seq: 2, prevHash: first?.hash });
    expect(journal.head).toMatchObject({ seq: 2, hash: second?.hash });
    expect(second && entryHash(second)).toBe(second?.hash);
  });

  it('writes the steps of one call together', async () => {
    await journal.append(SUBJECT, started(), executed());
    expect(await statesOf(healthy())).toEqual(BOTH);
    expect(wire.answered.filter((name) => name === 'append')).toHaveLength(1);
  });

  it('spells what was thrown in ASCII where the store cannot keep it, at once', async () => {
    wire.meet('append', 'request', () => Promise.reject(new UnstorableTextError('≠')), 1);
    const failed = { state: 'EXECUTION_FAILED', at: journal.now(), metadata: { reason: 'é' } } as const;
    await journal.append(SUBJECT, started(), { ...failed, error: new RangeError('1 ≠ 2 🦩') });
    expect(await history()).toMatchObject([
      { state: 'STARTED', error: null },
      { error: 'RangeError: 1 \\u{2260} 2 \\u{1f9a9}', metadata: { reason: '\\u{e9}' } },
    ]);
    await journal.append(SUBJECT, started());
    expect(await history()).toHaveLength(3);
  });

  it('is not repeated where that does not help', async () => {
    wire.meet('append', 'request', () => Promise.reject(new UnstorableTextError('≠')), 2);
    await expect(journal.append(SUBJECT, started())).rejects.toBeInstanceOf(UnstorableTextError);
    expect(await history()).toEqual([]);
  });

  it('is not spelled in other characters where it was refused for another reason', async () => {
    const refusal = new AuditTamperedError('inventory', 'x');
    wire.meet('append', 'request', () => Promise.reject(refusal));
    await expect(journal.append(SUBJECT, started())).rejects.toBe(refusal);
    expect(await history()).toEqual([]);
  });

  it('is repeated until it is durable', async () => {
    wire.lose('append', 'request', 4);
    await passing(runtime, journal.append(SUBJECT, started()));
    expect(await statesOf(healthy())).toEqual(STARTED);
  });

  it.each([1, 2, 3])('is written once where its answer is lost %d times', async (times) => {
    wire.lose('append', 'answer', times);
    await passing(runtime, journal.append(SUBJECT, started()));
    await passing(runtime, journal.append(SUBJECT, executed()));
    expect(await statesOf(healthy())).toEqual(BOTH);
  });

  it('is written once where the answer to the question after it is lost as well', async () => {
    wire.lose('append', 'answer').lose('claimHead', 'answer', 2);
    await passing(runtime, journal.append(SUBJECT, started()));
    expect(await statesOf(healthy())).toEqual(STARTED);
  });

  it('ends with the failure of the store when its time is over', async () => {
    wire.lose('append', 'request', 1_000);
    await expect(passing(runtime, journal.append(SUBJECT, started()))).rejects.toThrow('connection lost');
    expect(journal.head.seq).toBe(0);
  });

  it('can be followed by another one though it failed', async () => {
    wire.lose('append', 'request', 1_000);
    await failureOf(passing(runtime, journal.append(SUBJECT, started())));
    wire.heal();
    await journal.append(SUBJECT, started());
    expect(await statesOf(healthy())).toEqual(STARTED);
  });

  it('loses the lock where another has taken over, and writes nothing', async () => {
    await takeOver();
    const error = await failureOf(journal.append(SUBJECT, started()));
    expect(error).toBeInstanceOf(LockLostError);
    expect((error as Error).message).toContain('another instance took it over');
    expect(run.lease.signal.aborted).toBe(true);
    expect(await statesOf(healthy())).toEqual([]);
  });

  it('does not claim the entry of another for its own', async () => {
    await healthy().append(journal.draft({ ...SUBJECT, changeId: 'other' }, started()));
    const error = await failureOf(journal.append(SUBJECT, started()));
    expect(error).toBeInstanceOf(LockLostError);
    expect((error as Error).message).toContain('its audit entries were refused');
    expect(await statesOf(healthy())).toEqual(['other STARTED']);
  });

  it('ends when the lease does, while the store does not answer', async () => {
    wire.lose('append', 'request', 1_000).hang('renew', 'request', 1_000);
    await runtime.advance(LEASE_MS - 500);
    const error = await failureOf(passing(runtime, journal.append(SUBJECT, started())));
    expect(error).toBeInstanceOf(LockLostError);
  });

  it('does not hang for ever where the store hangs', async () => {
    wire.hang('append', 'request', 1_000).hang('renew', 'request', 1_000);
    const error = await failureOf(passing(runtime, journal.append(SUBJECT, started())));
    expect(error).toBeInstanceOf(LockLostError);
  });

  it('is not tried once the lease is lost', async () => {
    run.lease.lose('it could not be renewed');
    expect(await failureOf(journal.append(SUBJECT, started()))).toBeInstanceOf(LockLostError);
    expect(wire.answered).not.toContain('append');
  });
});

describe('a batch whose commit was not answered', () => {
  it('has isAppended where the history ends with it', async () => {
    const batch = journal.draft(SUBJECT, started(), executed());
    await healthy().append(batch);
    expect(await journal.isAppended(batch)).toBe(true);
  });

  it('has not isAppended where the history ends before it', async () => {
    expect(await journal.isAppended(journal.draft(SUBJECT, started()))).toBe(false);
  });

  it('has not isAppended where another entry has its place', async () => {
    const batch = journal.draft(SUBJECT, started());
    await healthy().append(journal.draft({ ...SUBJECT, changeId: 'other' }, started()));
    expect(await journal.isAppended(batch)).toBe(false);
  });

  it('is nothing to decide on where another has taken over', async () => {
    const batch = journal.draft(SUBJECT, started());
    await takeOver();
    expect(await failureOf(journal.isAppended(batch))).toBeInstanceOf(LockLostError);
  });

  it('stays unknown while nobody can be asked, and the lock is kept', async () => {
    wire.lose('claimHead', 'request', 1_000);
    const asked = passing(runtime, journal.isAppended(journal.draft(SUBJECT, started())));
    await expect(asked).rejects.toThrow('connection lost');
    expect(run.lease.signal.aborted).toBe(false);
  });

  it('moves the end of the history once it is accepted', async () => {
    const batch = journal.draft(SUBJECT, started());
    expect(journal.head.seq).toBe(0);
    journal.advanceTo(batch);
    expect(journal.head).toMatchObject({ seq: 1, hash: batch.entries[0].hash });
  });
});

describe('an entry', () => {
  it('has the time of the store, however the clock of the process is set', async () => {
    await runtime.advance(61_001);
    await journal.append(SUBJECT, started());
    expect((await history())[0]?.createdAt).toBe('2024-01-01T00:01:01.001Z');
  });

  it('has the time of the store also where the process had waited for the lock', async () => {
    await run.lease.release();
    await runtime.advance(61_001);
    ({ journal } = await openRun(healthy(), runtime));
    await runtime.advance(1_000);
    await journal.append(SUBJECT, started());
    expect((await history())[0]?.createdAt).toBe('2024-01-01T00:01:02.001Z');
  });

  it('is about an execution, with nothing else to tell, unless it says otherwise', async () => {
    await journal.append(SUBJECT, started());
    const [entry] = await history();
    expect(entry).toMatchObject({ operation: 'EXECUTE', methodName: null, durationMs: 0, metadata: {} });
  });

  it('has whole milliseconds, a bounded error, and metadata', async () => {
    const metadata = { by: 'ann' };
    await journal.append(SUBJECT, {
      state: 'EXECUTION_FAILED',
      at: journal.now() + 0.7,
      durationMs: 12.6,
      error: 'word '.repeat(10_000),
      metadata,
      operation: 'FIX',
    });
    const [entry] = await history();
    expect(entry).toMatchObject({ durationMs: 13, metadata, operation: 'FIX', methodName: null });
    expect(entry?.error?.length).toBeLessThanOrEqual(4_000);
  });

  it('tells an undefined error from none', async () => {
    await journal.append(SUBJECT, { ...started(), error: undefined }, started());
    expect((await history()).map(({ error }) => error)).toEqual(['undefined was thrown', null]);
  });

  it('has nothing of a subject but what belongs into it', async () => {
    await journal.append(SUBJECT, started());
    const [first] = await history();
    await journal.append(first!, { ...executed(), operation: 'FIX' });
    const [, second] = await history();
    expect(second).toMatchObject({
      seq: 2,
      state: 'EXECUTED',
      operation: 'FIX',
      executionId: journal.executionId,
    });
    expect(second && entryHash(second)).toBe(second?.hash);
  });
});
