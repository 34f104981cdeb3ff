import { InMemoryAuditStore, InMemoryDatabase, ManualRuntime } from '@nestjs-flamingock/testing';
import { AnswerBound, NoAnswerError } from '../runtime/answer-bound.js';
import { aChange } from '../fixtures/changes.js';
import { anEngine } from '../fixtures/engines.js';
import { failureOf, passing, SERVICE } from '../fixtures/runs.js';
import { Wire } from '../fixtures/wire.js';
import { execute } from '../operations/execute.js';
import { AuditStoreUnavailableError } from './audit.errors.js';
import { BoundedAuditStore } from './bounded-audit.store.js';

const ANSWER_MS = 20_000;

let runtime: ManualRuntime;
let wire: Wire;
let store: BoundedAuditStore;

beforeEach(() => {
  runtime = new ManualRuntime();
  wire = new Wire();
  const database = new InMemoryDatabase({ now: runtime.wallMs });
  const silent = new InMemoryAuditStore(database.connect(wire.carry));
  store = new BoundedAuditStore(silent, SERVICE, new AnswerBound(ANSWER_MS, runtime));
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
