import { auditEntry, InMemoryAuditStore, InMemoryDatabase, ManualRuntime } from '@nestjs-flamingock/testing';
import { AnswerTimeout, NoAnswerError } from '../runtime/answer-timeout.js';
import { resolveLimits } from '../runtime/limits.js';
import { FlamingockError } from '../errors/flamingock.error.js';
import { aChange } from '../fixtures/changes.js';
import { anEngine } from '../fixtures/engines.js';
import { failureOf, passing, SERVICE } from '../fixtures/runs.js';
import { Wire } from '../fixtures/wire.js';
import { execute } from '../operations/execute.js';
import { AuditStoreUnavailableError, AuditTamperedError, ChangeUnrecordedError } from './audit.errors.js';
import { GuardedAuditStore } from './guarded-audit.store.js';

const ANSWER_MS = 20_000;

let runtime: ManualRuntime;
let wire: Wire;
let store: GuardedAuditStore;

beforeEach(() => {
  runtime = new ManualRuntime();
  wire = new Wire();
  const database = new InMemoryDatabase({ now: runtime.wallMs });
  const silent = new InMemoryAuditStore(database.connect(wire.carry));
  store = new GuardedAuditStore(
    silent,
    SERVICE,
    new AnswerTimeout(resolveLimits({ answerMs: ANSWER_MS }), runtime),
  );
});

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
  const HOLD = { service: SERVICE, token: 1, owner: 'the only one' };
  const failing = (error: Error) => {
    const inner = new InMemoryAuditStore(new InMemoryDatabase());
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
    return new GuardedAuditStore(
      inner,
      SERVICE,
      new AnswerTimeout(resolveLimits({ answerMs: ANSWER_MS }), runtime),
    );
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
