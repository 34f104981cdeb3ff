import { holdOf, InMemoryDatabase, InMemoryTargetSystem, ManualRuntime } from '@nestjs-flamingock/testing';
import { AnswerTimeout, NoAnswerError } from '../runtime/answer-timeout.js';
import { resolveLimits } from '../runtime/limits.js';
import { TargetSystemUnavailableError } from './target-system.errors.js';
import { failureOf, passing, SERVICE } from '../fixtures/runs.js';
import { boundedTarget } from './bounded-target.system.js';
import type { Marker, TransactionalTargetSystem, TransactionOutcome } from './target-system.js';

const ANSWER_MS = 20_000;
const LIMITS = resolveLimits({ answerMs: ANSWER_MS, commitMs: 2 * ANSWER_MS });
const change: Marker = {
  service: SERVICE,
  changeId: 'a',
  executionId: 'e',
  operation: 'EXECUTE',
  token: 1,
  owner: 'owner',
};
const never = new Promise<never>(() => undefined);

let runtime: ManualRuntime;
let original: TransactionalTargetSystem;
let target: TransactionalTargetSystem;
let calls: number;

beforeEach(() => {
  runtime = new ManualRuntime();
  original = new InMemoryTargetSystem('catalog', new InMemoryDatabase({ now: runtime.wallMs }));
  target = boundedTarget(original, new AnswerTimeout(LIMITS, runtime)) as TransactionalTargetSystem;
  calls = 0;
});

const work = async (): Promise<void> => {
  calls += 1;
};

describe('a target system whose answers are bounded in time', () => {
  it('commits, and takes back, as the original does', async () => {
    expect(await target.transaction(change, work, change)).toEqual({ status: 'committed' });
    const error = new RangeError();
    const failing = target.transaction(change, () => Promise.reject(error), change);
    expect(await failing).toEqual({ status: 'rolled-back', error });
  });

  it('lets a change work for as long as it needs', async () => {
    const outcome = target.transaction(change, () => runtime.sleep(ANSWER_MS * 2), change);
    expect(await passing(runtime, outcome)).toEqual({ status: 'committed' });
  });

  it('gives up a transaction that does not begin, and lets nothing of it run any more', async () => {
    let begin = (): void => undefined;
    const begun = new Promise<void>((resolve) => (begin = resolve));
    const transaction = original.transaction.bind(original);
    let late: Promise<TransactionOutcome> = never;
    original.transaction = (...args) => (late = begun.then(() => transaction(...args)));
    const error = await failureOf(passing(runtime, target.transaction(change, work, change)));
    expect(error).toBeInstanceOf(TargetSystemUnavailableError);
    begin();
    expect(await late).toMatchObject({ status: 'rolled-back' });
    expect(calls).toBe(0);
  });

  it('gives up a target that does not come to call the change, which may then work as long as it needs', async () => {
    const mayGoOn = (): void => undefined;
    const longWork = (): Promise<void> => runtime.sleep(ANSWER_MS * 2);
    await passing(runtime, target.run(change, longWork, mayGoOn));
    original.run = () => never;
    const error = await failureOf(passing(runtime, target.run(change, work, mayGoOn)));
    expect(error).toBeInstanceOf(TargetSystemUnavailableError);
  });

  it('does not know the outcome of a transaction that does not end', async () => {
    original.transaction = async (_change, run) => {
      await run(new Map(), { resource: original.resource });
      return never;
    };
    const outcome = await passing(runtime, target.transaction(change, work, change));
    expect(outcome).toEqual({ status: 'unknown', error: expect.any(NoAnswerError) });
  });

  it('says that a target system cannot be used whose markers do not answer', async () => {
    original.markers.read = () => never;
    const { markers } = boundedTarget(
      original,
      new AnswerTimeout(resolveLimits({ answerMs: 5 }), runtime),
    ) as TransactionalTargetSystem;
    const error = await failureOf(passing(runtime, markers.read(holdOf(1, SERVICE), 'a')));
    expect(error).toBeInstanceOf(TargetSystemUnavailableError);
    expect((error as Error).message).toContain('FLAMINGOCK_ANSWER_TIMEOUT_MS');
  });

  it('has no transactions where the original has none', () => {
    const plain = { id: 'files', handleTokens: [], run: () => never };
    expect(boundedTarget(plain, new AnswerTimeout(resolveLimits({ answerMs: 5 }), runtime))).toBe(plain);
  });
});
