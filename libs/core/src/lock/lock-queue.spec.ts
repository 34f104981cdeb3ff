import { InMemoryAuditStore, InMemoryDatabase, ManualRuntime } from '@nestjs-flamingock/testing';
import { failureOf, passing, SERVICE } from '../fixtures/runs.js';
import { Wire } from '../fixtures/wire.js';
import { AuditStoreUnavailableError, AuditTamperedError } from '../audit/audit.errors.js';
import { ChangeScope, insideChange } from './change-scope.js';
import { LockTimeoutError, SelfWaitingError } from './lock.errors.js';
import { LockQueue, type Waiting } from './lock-queue.js';
import { LockProgress } from './lock-progress.js';
import type { LockRecord } from './lock-store.js';

const SETTINGS = { leaseMs: 9_000, waitMs: 60_000, retryMs: 500 };

let runtime: ManualRuntime;
let database: InMemoryDatabase;
let wire: Wire;
let controller: AbortController;

beforeEach(() => {
  runtime = new ManualRuntime();
  database = new InMemoryDatabase({ now: runtime.wallMs });
  wire = new Wire();
  controller = new AbortController();
});

const queue = (settings = SETTINGS, pid = 1, progress?: LockProgress) =>
  new LockQueue(
    new InMemoryAuditStore(database.connect(wire.carry)),
    new ManualRuntime({ clock: runtime.clock, pid }),
    settings,
    progress,
  );
const waiting = (
  isDone: Waiting['isDone'] = () => Promise.resolve(false),
  held: NonNullable<Waiting['held']> = () => undefined,
): Waiting => ({
  isDone,
  held,
  signal: controller.signal,
});
const attempts = (): number =>
  wire.answered.filter((name) => name === 'acquire' || name === 'readLock').length;

async function heldByAnother() {
  const lock = await queue(SETTINGS, 2).acquire(SERVICE, runtime.uuid(), waiting());
  wire.answered.length = 0;
  if (!lock) throw new TypeError('not acquired');
  return lock.lease;
}

describe('LockQueue', () => {
  it('takes a free lock at once, and says what time the store has', async () => {
    const lock = await queue().acquire(SERVICE, runtime.uuid(), waiting());
    expect(lock).toMatchObject({ storeNow: runtime.wallMs(), askedAt: 0 });
    expect(lock?.lease.token).toBe(1);
  });

  it('takes the lock as soon as its holder has released it', async () => {
    const holder = await heldByAnother();
    const acquired = queue().acquire(SERVICE, runtime.uuid(), waiting());
    await runtime.advance(5_000);
    await holder.release();
    const lock = await passing(runtime, acquired);
    expect(lock?.lease.token).toBe(2);
  });

  it('takes the lock of a holder that died once its lease is over', async () => {
    const holder = await heldByAnother();
    holder.lose('dead');
    const lock = await passing(runtime, queue().acquire(SERVICE, runtime.uuid(), waiting()));
    expect(lock?.lease.token).toBe(2);
    expect(runtime.monotonicMs()).toBeLessThan(SETTINGS.leaseMs + SETTINGS.retryMs + 100);
  });

  it('pauses no longer than a fifth of what it has waited, so that it goes on soon after the holder', async () => {
    await heldByAnother();
    const end = queue().acquire(SERVICE, runtime.uuid(), waiting());
    const at: number[] = [];
    while (runtime.monotonicMs() < 2_000) {
      await runtime.advance(1);
      if (attempts() > at.length + 1) at.push(runtime.monotonicMs());
    }
    const late = at.filter(
      (now, index) => now - (at[index - 1] ?? 0) > Math.max(50, (at[index - 1] ?? 0) / 5) + 1,
    );
    expect(late).toEqual([]);
    expect(at.length).toBeGreaterThan(15);
    expect(at.length).toBeLessThan(40);
    controller.abort(new TypeError('enough'));
    await expect(end).rejects.toThrow('enough');
  });

  it('pauses longer and longer, up to the limit', async () => {
    await heldByAnother();
    const end = queue().acquire(SERVICE, runtime.uuid(), waiting());
    await runtime.advance(500);
    expect(attempts()).toBeGreaterThan(3);
    const before = attempts();
    await runtime.advance(10_000);
    expect(attempts() - before).toBeLessThanOrEqual(10_000 / (SETTINGS.retryMs / 2));
    expect(attempts() - before).toBeGreaterThanOrEqual(10_000 / SETTINGS.retryMs - 1);
    controller.abort(new TypeError('enough'));
    await expect(end).rejects.toThrow('enough');
  });

  it('gives up after its time, and says who holds the lock', async () => {
    await heldByAnother();
    const error = await failureOf(
      passing(runtime, queue({ ...SETTINGS, waitMs: 2_000 }).acquire(SERVICE, runtime.uuid(), waiting())),
    );
    expect(error).toBeInstanceOf(LockTimeoutError);
    expect(error).toMatchObject({ service: SERVICE, holder: { pid: 2, token: 1 } });
    expect((error as Error).message).toMatch(/test-host \(pid 2, token 1\).*FLAMINGOCK_LOCK_WAIT_MS/s);
  });

  it('counts the time from when it was asked', async () => {
    await heldByAnother();
    await runtime.advance(10_000);
    const error = await failureOf(
      passing(runtime, queue({ ...SETTINGS, waitMs: 2_000 }).acquire(SERVICE, runtime.uuid(), waiting())),
    );
    const { waitedMs } = error as LockTimeoutError;
    expect(waitedMs).toBeGreaterThanOrEqual(2_000);
    expect(waitedMs).toBeLessThanOrEqual(2_000 + SETTINGS.retryMs);
  });

  it('waits also where nobody wants to hear who holds the lock', async () => {
    const holder = await heldByAnother();
    const acquired = queue().acquire(SERVICE, runtime.uuid(), {
      isDone: async () => false,
      signal: controller.signal,
    });
    await runtime.advance(1_000);
    await holder.release();
    expect((await passing(runtime, acquired))?.lease.token).toBe(2);
  });

  it('does not wait at all where it may not', async () => {
    await heldByAnother();
    const error = await failureOf(
      queue({ ...SETTINGS, waitMs: 0 }).acquire(SERVICE, runtime.uuid(), waiting()),
    );
    expect(error).toBeInstanceOf(LockTimeoutError);
    expect(attempts()).toBe(1);
  });

  it('ends the wait without the lock when nothing is left to do', async () => {
    await heldByAnother();
    const holders: (LockRecord | undefined)[] = [];
    const held = (holder: LockRecord | undefined) => void holders.push(holder);
    const isDone = async () => holders.length >= 3;
    expect(
      await passing(runtime, queue().acquire(SERVICE, runtime.uuid(), waiting(isDone, held))),
    ).toBeUndefined();
    expect(holders.length).toBeGreaterThanOrEqual(3);
    expect(holders[0]).toMatchObject({ pid: 2, token: 1 });
  });

  it('only reads as long as one holder has the lock, and tries to take it no more than it must', async () => {
    const holder = await heldByAnother();
    let asked = 0;
    const isDone = async () => {
      asked += 1;
      return false;
    };
    const acquired = queue().acquire(SERVICE, runtime.uuid(), waiting(isDone));
    await runtime.advance(30_000);
    await holder.release();
    await passing(runtime, acquired);
    expect(wire.answered.filter((name) => name === 'acquire')).toHaveLength(2);
    expect(asked).toBeGreaterThanOrEqual(15);
    expect(asked).toBeLessThanOrEqual(32);
  });

  it('asks what is left to do where another holder has the lock meanwhile', async () => {
    const holder = await heldByAnother();
    let asked = 0;
    const isDone = async () => (asked += 1) > 1;
    const acquired = queue().acquire(SERVICE, runtime.uuid(), waiting(isDone));
    await runtime.advance(80);
    await holder.release();
    await queue(SETTINGS, 3).acquire(SERVICE, runtime.uuid(), waiting());
    await runtime.advance(200);
    expect(await passing(runtime, acquired)).toBeUndefined();
  });

  it('asks what is left to do before it takes a lock that has become free meanwhile', async () => {
    const holder = await heldByAnother();
    let done = false;
    const acquired = queue().acquire(
      SERVICE,
      runtime.uuid(),
      waiting(async () => done),
    );
    await runtime.advance(5_000);
    done = true;
    await holder.release();
    expect(await passing(runtime, acquired)).toBeUndefined();
    expect(await new InMemoryAuditStore(database).lock.read(SERVICE)).toMatchObject({ token: 1 });
  });

  it('does not ask whether something is left to do once it has the lock', async () => {
    const isDone = () => Promise.reject(new TypeError('must not be asked'));
    expect(await queue().acquire(SERVICE, runtime.uuid(), waiting(isDone))).toBeDefined();
  });

  it('stops waiting at once, for the reason of the signal', async () => {
    await heldByAnother();
    const acquired = queue().acquire(SERVICE, runtime.uuid(), waiting());
    await runtime.advance(5_000);
    const before = attempts();
    controller.abort(new TypeError('shutdown'));
    await expect(acquired).rejects.toThrow('shutdown');
    expect(attempts()).toBe(before);
  });

  it('lets a reason that can tell so say that only a wait was stopped, for how long and for whom', async () => {
    await heldByAnother();
    const reason = { whileWaiting: (wait: string) => new TypeError(wait) };
    const acquired = queue().acquire(SERVICE, runtime.uuid(), waiting());
    await runtime.advance(1_000);
    controller.abort(reason);
    const error = await failureOf(passing(runtime, acquired));
    expect((error as Error).message).toMatch(
      /^It had waited \d+ ms for the lock of service "inventory", held by \S+ \(pid 2, token 1\): nothing was run here\.$/,
    );
  });

  it.each([null, 'stop', {}])('passes on any other reason to stop as it is: %j', async (reason) => {
    await heldByAnother();
    const acquired = queue().acquire(SERVICE, runtime.uuid(), waiting());
    await runtime.advance(1_000);
    controller.abort(reason);
    expect(await failureOf(passing(runtime, acquired))).toBe(reason);
  });

  it('does not ask a reason about a wait that has not begun', async () => {
    const reason = { whileWaiting: () => new TypeError('nobody has waited') };
    controller.abort(reason);
    expect(await failureOf(queue().acquire(SERVICE, runtime.uuid(), waiting()))).toBe(reason);
  });

  it('takes a token above the highest that history knows of', async () => {
    const lock = await queue().acquire(SERVICE, runtime.uuid(), { ...waiting(), floor: () => 7 });
    expect(lock?.lease.token).toBe(8);
  });

  it('tells how far it has come: for whom it waits, and with which lock the wait has ended', async () => {
    const progress = new LockProgress();
    const holder = await heldByAnother();
    const acquired = queue(SETTINGS, 1, progress).acquire(SERVICE, runtime.uuid(), waiting());
    await runtime.advance(1_000);
    expect([progress.waitsFor, progress.state]).toMatchObject([{ holder: { pid: 2 } }, 'before']);
    await holder.release();
    await passing(runtime, acquired);
    expect([progress.waitsFor, progress.state]).toEqual([undefined, 'at work']);
  });

  it('tells, too, that it has given up', async () => {
    const progress = new LockProgress();
    await heldByAnother();
    await failureOf(
      passing(
        runtime,
        queue({ ...SETTINGS, waitMs: 5_000 }, 1, progress).acquire(SERVICE, runtime.uuid(), waiting()),
      ),
    );
    expect([progress.waitsFor, progress.state]).toEqual([undefined, 'before']);
  });

  it('does not wait inside a change for the run that the change is part of', async () => {
    const lease = await heldByAnother();
    const scope = new ChangeScope('publish', { resource: {} }, lease, () => undefined);
    const inside = insideChange(scope, async () => queue().acquire(SERVICE, runtime.uuid(), waiting()));
    expect(await failureOf(inside)).toBeInstanceOf(SelfWaitingError);
  });

  it('does not take the lock where it was told to stop before', async () => {
    controller.abort(new TypeError('shutdown'));
    await expect(queue().acquire(SERVICE, runtime.uuid(), waiting())).rejects.toThrow('shutdown');
    expect(attempts()).toBe(0);
  });

  it('rejects with the failure of the store', async () => {
    wire.lose('acquire', 'request');
    await expect(queue().acquire(SERVICE, runtime.uuid(), waiting())).rejects.toThrow('connection lost');
  });

  it('lets one of many at a time have the lock', async () => {
    let [inside, most, done] = [0, 0, 0];
    const instance = async (pid: number) => {
      const own = { ...waiting(), signal: new AbortController().signal };
      const lock = await queue(SETTINGS, pid).acquire(SERVICE, runtime.uuid(), own);
      inside += 1;
      most = Math.max(most, inside);
      await runtime.sleep(100);
      inside -= 1;
      done += 1;
      await lock?.lease.release();
    };
    const all = Promise.all(Array.from({ length: 12 }, (_, index) => instance(index + 1)));
    await passing(runtime, all);
    expect([most, done]).toEqual([1, 12]);
  });

  it('goes on waiting while a store that has answered before cannot be reached', async () => {
    const holder = await heldByAnother();
    const told: string[] = [];
    const news = {
      away: (error: unknown) => void told.push(`away: ${String(error)}`),
      back: () => void told.push('back'),
    };
    const acquired = queue().acquire(SERVICE, runtime.uuid(), { ...waiting(), news });
    await runtime.advance(1_000);
    wire.lose('readLock', 'request', 3);
    await runtime.advance(2_000);
    await holder.release();
    expect((await passing(runtime, acquired))?.lease.token).toBe(2);
    expect(told).toEqual([expect.stringMatching(/^away: /), 'back']);
  });

  it('goes on waiting while the look at what is left to do cannot reach the store', async () => {
    const holder = await heldByAnother();
    let looks = 0;
    const isDone = async () => {
      looks += 1;
      if (looks < 3) throw new AuditStoreUnavailableError(SERVICE, new TypeError('connection lost'));
      return false;
    };
    const acquired = queue().acquire(SERVICE, runtime.uuid(), waiting(isDone));
    await runtime.advance(2_000);
    await holder.release();
    expect((await passing(runtime, acquired))?.lease.token).toBe(2);
    expect(looks).toBeGreaterThanOrEqual(3);
  });

  it('ends with a verdict of the look at what is left to do', async () => {
    await heldByAnother();
    const verdict = new AuditTamperedError(SERVICE, 'entry 1 was edited');
    const isDone = () => Promise.reject(verdict);
    expect(await failureOf(passing(runtime, queue().acquire(SERVICE, runtime.uuid(), waiting(isDone))))).toBe(
      verdict,
    );
  });
});
