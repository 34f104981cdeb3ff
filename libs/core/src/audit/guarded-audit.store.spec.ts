import {
  auditEntries,
  auditEntry,
  holdOf,
  InMemoryAuditStore,
  InMemoryDatabase,
  ManualRuntime,
} from '@nestjs-flamingock/testing';
import { AnswerTimeout, NoAnswerError } from '../runtime/answer-timeout.js';
import { resolveLimits } from '../runtime/limits.js';
import { FlamingockError } from '../errors/flamingock.error.js';
import { aChange } from '../fixtures/changes.js';
import { anEngine } from '../fixtures/engines.js';
import { failureOf, passing, SERVICE } from '../fixtures/runs.js';
import { Wire } from '../fixtures/wire.js';
import { execute } from '../operations/execute.js';
import { MAX_RECORD_VALUE } from '../records/record-store.js';
import { RecordTooLargeError } from '../records/record.errors.js';
import { GENESIS_HASH } from './chain.js';
import { HISTORY_FORMAT, type AuditHead } from './audit-head.js';
import {
  AuditStoreUnavailableError,
  AuditTamperedError,
  ChangeUnrecordedError,
  NewerHistoryError,
} from './audit.errors.js';
import type { AuditStore } from './audit-store.js';
import { GuardedAuditStore } from './guarded-audit.store.js';

const ANSWER_MS = 20_000;

let runtime: ManualRuntime;
let wire: Wire;
let inner: InMemoryAuditStore;
let store: GuardedAuditStore;

beforeEach(() => {
  runtime = new ManualRuntime();
  wire = new Wire();
  const database = new InMemoryDatabase({ now: runtime.wallMs });
  inner = new InMemoryAuditStore(database.connect(wire.carry));
  store = guard(inner);
});

const guard = (unguarded: AuditStore) =>
  new GuardedAuditStore(
    unguarded,
    SERVICE,
    new AnswerTimeout(resolveLimits({ answerMs: ANSWER_MS }), runtime),
  );

const run = () => {
  const engine = anEngine({ store, runtime, changes: [aChange({ id: 'a', order: '0001' })] });
  return passing(runtime, execute(engine, new AbortController().signal));
};

describe('a run on an audit store that says nothing', () => {
  it.each(['readHead', 'prepare', 'acquire', 'claimHead', 'readSnapshot'])(
    'ends before anything has run, and names what may be raised: %s',
    async (statement) => {
      wire.hang(statement, 'answer');
      const error = await failureOf(run());
      expect(error).toBeInstanceOf(AuditStoreUnavailableError);
      expect((error as Error).cause).toBeInstanceOf(NoAnswerError);
      expect((error as Error).message).toContain('FLAMINGOCK_ANSWER_TIMEOUT_MS');
    },
  );

  it.each(['settle', 'release'])('has applied everything, and warns: %s', async (statement) => {
    wire.hang(statement, 'request');
    const report = await run();
    expect(report.status).toBe('applied');
    expect(report.warnings).toHaveLength(1);
  });
});

describe('an audit store whose driver fails', () => {
  class BusyError extends FlamingockError {
    readonly code = 'BUSY';
    override readonly isTransient = true;
  }
  const RECORD = { service: SERVICE, kind: 'cursor', key: 'a', value: '1' };
  const HOLD = { service: SERVICE, token: 1, owner: 'the only one' };
  const failing = (error: Error) => {
    const fail = () => Promise.reject(error);
    Object.assign(inner, {
      readHead: fail,
      append: fail,
      describe: () => {
        throw error;
      },
    });
    inner.lock.renew = fail;
    inner.lock.read = fail;
    inner.readHistory = () => ({ [Symbol.asyncIterator]: () => ({ next: fail }) });
    Object.assign(inner.records, { read: fail, list: fail, write: fail, remove: fail });
    return store;
  };
  const entriesOf = async (guarded: GuardedAuditStore) => {
    for await (const entry of guarded.readHistory(SERVICE)) throw new TypeError(entry.hash);
  };

  it.each<[string, (store: GuardedAuditStore) => Promise<unknown>]>([
    ['a read', (store) => store.readHead(SERVICE)],
    ['an append', (store) => store.append({ hold: HOLD, entries: [auditEntry()] })],
    ['the lock', (store) => store.lock.read(SERVICE)],
    ['the history', entriesOf],
    ['an error that is thrown at once', (store) => store.describe()],
    ['a record', ({ records }) => records.read(RECORD)],
    ['a list of records', ({ records }) => records.list(SERVICE, 'cursor')],
    ['a record that is written', ({ records }) => records.write(RECORD, { ifVersion: 0 })],
    ['a record that is removed', ({ records }) => records.remove(RECORD, { ifVersion: 0 })],
  ])('says that the store cannot be used, and why: %s', async (_, ask) => {
    const cause = new TypeError('no such host');
    const error = await failureOf(ask(failing(cause)));
    expect(error).toBeInstanceOf(AuditStoreUnavailableError);
    expect(error).toMatchObject({ service: SERVICE, cause });
    expect((error as Error).message).toMatch(
      /^The audit store of service "inventory" cannot be used: TypeError: no such host\. Nothing more was run\. Check that .*, then start again\.$/,
    );
  });

  it.each([
    [
      'inside a transaction',
      (store: GuardedAuditStore) =>
        store.append({ hold: HOLD, entries: [auditEntry()] }, { resource: store.resource }),
    ],
    [
      'of a record inside a transaction',
      ({ records, resource }: GuardedAuditStore) => records.write(RECORD, { ifVersion: 0 }, { resource }),
    ],
    [
      'of a removal inside a transaction',
      ({ records, resource }: GuardedAuditStore) => records.remove(RECORD, { ifVersion: 0 }, { resource }),
    ],
    ['to the lease, which tries again', (store: GuardedAuditStore) => store.lock.renew(HOLD, 1_000)],
  ])("passes on the driver's own error %s", async (_, ask) => {
    const cause = new TypeError('deadlock');
    expect(await failureOf(ask(failing(cause)))).toBe(cause);
  });

  it('passes on what says by itself what is wrong', async () => {
    const told = new AuditTamperedError(SERVICE, 'entry 1 was edited');
    expect(await failureOf(failing(told).readHead(SERVICE))).toBe(told);
    expect(told.message).toMatch(
      /^The audit history of service "inventory" was altered: entry 1 was edited\. Nothing was run\. Compare .* with a backup/,
    );
  });

  it('does not say twice that it cannot be used', async () => {
    const told = new AuditStoreUnavailableError(SERVICE, new TypeError('no such host'));
    expect(await failureOf(failing(told).readHead(SERVICE))).toBe(told);
    const { message } = new ChangeUnrecordedError('a', 'executed', told);
    expect(message).toContain('could not be recorded: TypeError: no such host. It was');
  });

  it('says it of an error of an adapter that may pass', async () => {
    const cause = new BusyError('busy');
    const error = await failureOf(failing(cause).readHead(SERVICE));
    expect(error).toMatchObject({ isTransient: true, cause });
  });
});

describe('an audit store behind the guard', () => {
  const HOLD = holdOf(1, SERVICE);
  const seqs = async (query?: Parameters<AuditStore['readHistory']>[1]) => {
    const found: number[] = [];
    for await (const { seq } of store.readHistory(SERVICE, query)) found.push(seq);
    return found;
  };
  const append = async () => {
    await store.claimHead(HOLD);
    const [first, second] = auditEntries(undefined, {}, {});
    await store.append({ hold: HOLD, entries: [first, second!] });
  };

  it('is the same database, and answers as it does', async () => {
    expect(store.resource).toBe(inner.resource);
    expect(await store.readHead(SERVICE)).toBeUndefined();
    await append();
    expect(await store.readHead(SERVICE)).toMatchObject({ seq: 2, token: 1 });
    expect(await store.readSnapshot(SERVICE)).toMatchObject([{ seq: 2 }]);
    expect([await seqs(), await seqs({ after: 1 })]).toEqual([[1, 2], [2]]);
    expect(await store.describe()).toBe(await inner.describe());
  });

  it('keeps records, and refuses one that not every store keeps', async () => {
    const record = { service: SERVICE, kind: 'cursor', key: 'a', value: '1' };
    expect(await store.records.write(record, { ifVersion: 0 })).toBe(true);
    expect(await store.records.read(record)).toMatchObject(record);
    expect(await store.records.list(SERVICE, 'cursor', { after: 'a' })).toEqual([]);
    const large = { ...record, value: 'x'.repeat(MAX_RECORD_VALUE + 1) };
    expect(await failureOf(store.records.write(large, { ifVersion: 1 }))).toBeInstanceOf(RecordTooLargeError);
    expect(await store.records.remove(record, { ifVersion: 1 })).toBe(true);
    expect(await store.records.read(record)).toBeUndefined();
  });

  it('is where it says, or where it says that it looks', async () => {
    expect(await store.place()).toBe(await inner.place());
    Object.assign(inner, { place: undefined });
    expect(await store.place()).toBe(await inner.describe());
  });

  it('knows which transaction holds its lock, if it can', async () => {
    const tx = { resource: inner.resource };
    expect(guard(Object.assign(inner, { lock: { isHeldBy: () => true } })).lock.isHeldBy?.(tx)).toBe(true);
    expect(guard(Object.assign(inner, { lock: {} })).lock.isHeldBy?.(tx)).toBe(false);
  });

  it('ends the reading of a history that nobody reads on', async () => {
    await append();
    let isOpen = true;
    const read = inner.readHistory.bind(inner);
    inner.readHistory = async function* (service) {
      try {
        yield* read(service);
      } finally {
        isOpen = false;
      }
    };
    for await (const { seq } of store.readHistory(SERVICE)) {
      expect([seq, isOpen]).toEqual([1, true]);
      break;
    }
    expect(isOpen).toBe(false);
  });

  it('is given up inside a transaction, too, where it does not answer', async () => {
    inner.append = () => new Promise(() => undefined);
    const appended = store.append({ hold: HOLD, entries: [auditEntry()] }, { resource: inner.resource });
    expect(await failureOf(passing(runtime, appended))).toBeInstanceOf(AuditStoreUnavailableError);
  });

  it.each(['readHead', 'claimHead'] as const)(
    'refuses what a newer version has written to: %s',
    async (ask) => {
      const head = (format?: number): AuditHead => ({
        token: 1,
        owner: null,
        seq: 0,
        hash: GENESIS_HASH,
        settled: null,
        ...(format !== undefined && { format }),
      });
      const answer = (format?: number) => {
        inner[ask] = () => Promise.resolve(head(format));
        return ask === 'readHead' ? store.readHead(SERVICE) : store.claimHead(HOLD);
      };
      expect(await answer()).toEqual(head());
      expect(await answer(HISTORY_FORMAT)).toEqual(head(HISTORY_FORMAT));
      const refused = await failureOf(answer(HISTORY_FORMAT + 1));
      expect(refused).toBeInstanceOf(NewerHistoryError);
      expect(refused).toMatchObject({ service: SERVICE, format: HISTORY_FORMAT + 1, known: HISTORY_FORMAT });
    },
  );
});

describe('a failure of an audit store passes by itself', () => {
  const unavailable = (cause: unknown) => new AuditStoreUnavailableError(SERVICE, cause);
  const silence = async () => {
    wire.hang('readHead', 'answer');
    return (await failureOf(passing(runtime, store.readHead(SERVICE)))) as Error;
  };

  it('where the store was silent', async () => {
    Object.assign(inner, { isTransient: () => false });
    const error = await silence();
    expect(error.cause).toBeInstanceOf(NoAnswerError);
    expect([store.isTransient(error), store.isTransient(error.cause)]).toEqual([true, true]);
  });

  it('where the store says so of what failed inside', () => {
    Object.assign(inner, { isTransient: (error: Error) => error.message === 'busy' });
    for (const [message, passes] of [
      ['busy', true],
      ['denied', false],
    ] as const) {
      const cause = new TypeError(message);
      expect([store.isTransient(cause), store.isTransient(unavailable(cause))]).toEqual([passes, passes]);
    }
  });
});
