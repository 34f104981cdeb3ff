import { InMemoryAuditStore, InMemoryDatabase, ManualRuntime } from '@nestjs-flamingock/testing';
import { AuditStoreUnavailableError } from '../audit/audit.errors.js';
import { failureOf, openRun, passing, SERVICE } from '../fixtures/runs.js';
import type { Lease } from './lease.js';
import { FencedError, LockLostError } from './lock.errors.js';
import { LeaseBoundRetry } from './lease-bound-retry.js';

const TOTAL_MS = 2_000;
/** A port that does not say what passes. */
const PORT = {};

let runtime: ManualRuntime;
let lease: Lease;
let retry: LeaseBoundRetry;
let calls: number;

beforeEach(async () => {
  runtime = new ManualRuntime();
  ({ lease } = await openRun(new InMemoryAuditStore(new InMemoryDatabase({ now: runtime.wallMs })), runtime));
  retry = new LeaseBoundRetry(lease, runtime, TOTAL_MS);
  calls = 0;
});

const failing =
  (times: number, error: Error = new TypeError('connection lost')) =>
  async (): Promise<string> => {
    calls += 1;
    if (calls <= times) throw error;
    return 'done';
  };

describe('LeaseBoundRetry', () => {
  it('resolves as the work does', async () => {
    expect(await retry.run(PORT, failing(0))).toBe('done');
    expect(calls).toBe(1);
  });

  it('repeats what failed until it works', async () => {
    expect(await passing(runtime, retry.run(PORT, failing(4)))).toBe('done');
    expect(calls).toBe(5);
  });

  it('gives up with the last failure when its time is over', async () => {
    await expect(passing(runtime, retry.run(PORT, failing(1_000)))).rejects.toThrow('connection lost');
    // Ten times a second, at the beginning and at the very end.
    expect(calls).toBe(TOTAL_MS / 100 + 1);
  });

  it('does not repeat a verdict', async () => {
    const verdict = new FencedError(SERVICE, 1, 'the audit history');
    expect(await failureOf(retry.run(PORT, failing(1_000, verdict)))).toBe(verdict);
    expect(calls).toBe(1);
  });

  it('repeats an error of ours that says that it may pass', async () => {
    const transient = new AuditStoreUnavailableError(SERVICE, new TypeError('connection lost'));
    expect(await passing(runtime, retry.run(PORT, failing(4, transient)))).toBe('done');
  });

  it('repeats what the port calls transient, and throws at once what it does not', async () => {
    const port = { isTransient: (error: unknown) => error instanceof RangeError };
    expect(await passing(runtime, retry.run(port, failing(4, new RangeError())))).toBe('done');
    calls = 0;
    const error = new TypeError('no such column');
    expect(await failureOf(retry.run(port, failing(1_000, error)))).toBe(error);
    expect(calls).toBe(1);
  });

  it('does not begin once the lease is lost', async () => {
    lease.lose('another instance took it over');
    expect(await failureOf(retry.run(PORT, failing(0)))).toBeInstanceOf(LockLostError);
    expect(calls).toBe(0);
  });

  it('does not repeat anything once the lease is lost', async () => {
    const work = retry.run(PORT, failing(1_000));
    await runtime.advance(250);
    const before = calls;
    lease.lose('another instance took it over');
    expect(await failureOf(work)).toBeInstanceOf(LockLostError);
    expect(calls).toBe(before);
  });

  it('does not wait for ever for work that hangs while the lease is lost', async () => {
    const work = retry.run(PORT, () => new Promise(() => undefined));
    lease.lose('it could not be renewed');
    expect(await failureOf(passing(runtime, work))).toBeInstanceOf(LockLostError);
  });
});
