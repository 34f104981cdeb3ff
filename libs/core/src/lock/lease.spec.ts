import { InMemoryAuditStore, InMemoryDatabase, ManualRuntime } from '@nestjs-flamingock/testing';
import { failureOf, SERVICE, standStill, takeLockFrom } from '../fixtures/runs.js';
import { Wire } from '../fixtures/wire.js';
import { NoAnswerError } from '../runtime/answer-timeout.js';
import { Lease } from './lease.js';
import { LockLostError, LockUnconfirmedError } from './lock.errors.js';
import type { LockStore } from './lock-store.js';

const LEASE_MS = 9_000;
const THIRD = 3_000;

let runtime: ManualRuntime;
let database: InMemoryDatabase;
let wire: Wire;
let lease: Lease;

beforeEach(async () => {
  runtime = new ManualRuntime();
  database = new InMemoryDatabase({ now: runtime.wallMs });
  wire = new Wire();
  lease = await acquire(new InMemoryAuditStore(database.connect(wire.carry)).lock, 1);
});

async function acquire(lock: LockStore, pid: number): Promise<Lease> {
  const owner = `owner-${pid}`;
  const answer = await lock.acquire({
    service: SERVICE,
    owner,
    host: 'h',
    pid,
    leaseMs: LEASE_MS,
  });
  if (!answer.acquired) throw new TypeError('held by another');
  return new Lease(
    lock,
    { service: SERVICE, token: answer.token, owner },
    LEASE_MS,
    runtime.monotonicMs(),
    runtime,
  );
}
const recorded = () => new InMemoryAuditStore(database).lock.read(SERVICE);
const left = async (): Promise<number> => ((await recorded())?.expiresAt ?? 0) - runtime.wallMs();
const isHeld = (): boolean => {
  try {
    lease.assertHeld();
    return true;
  } catch (error) {
    expect(error).toBeInstanceOf(LockLostError);
    return false;
  }
};
const renewals = (): number => wire.answered.filter((name) => name === 'renew').length;

describe('a lease', () => {
  it('is renewed at a third of its length', async () => {
    await runtime.advance(THIRD - 1);
    expect(renewals()).toBe(0);
    await runtime.advance(1);
    expect(renewals()).toBe(1);
    expect(await left()).toBe(LEASE_MS);
  });

  it('asks its store at once when it is to be confirmed', async () => {
    await lease.confirm();
    expect(renewals()).toBe(1);
    expect(isHeld()).toBe(true);
  });

  it('is lost where the store does not confirm it', async () => {
    await takeLockFrom({ lease }, new InMemoryAuditStore(database));
    expect(await failureOf(lease.confirm())).toBeInstanceOf(LockLostError);
    expect(lease.signal.aborted).toBe(true);
  });

  it('is trusted to its end where the store cannot be asked', async () => {
    wire.lose('renew', 'request');
    await lease.confirm();
    expect(isHeld()).toBe(true);
  });

  it('is held for as long as it is renewed', async () => {
    await runtime.advance(LEASE_MS * 10);
    expect(isHeld()).toBe(true);
    expect(lease.signal.aborted).toBe(false);
    expect(lease.token).toBe(1);
  });

  it('is renewed again soon after a renewal failed', async () => {
    wire.lose('renew', 'request', 3);
    await runtime.advance(THIRD + (3 * LEASE_MS) / 20);
    expect(renewals()).toBe(1);
    expect(isHeld()).toBe(true);
  });

  it('lets nothing through once renewals have failed for its whole length, and not before', async () => {
    wire.lose('renew', 'request', 1_000);
    await runtime.advance(LEASE_MS - 1);
    expect(isHeld()).toBe(true);
    await runtime.advance(1);
    expect(() => lease.assertHeld()).toThrow(LockUnconfirmedError);
    expect(() => lease.assertHeld()).toThrow(/not be renewed within its lease of 9000 ms \(lock\.leaseMs\)/);
    expect(lease.signal.aborted).toBe(false);
  });

  it('is lost when renewals have failed for another lease after that, and not before', async () => {
    wire.lose('renew', 'request', 1_000);
    await runtime.advance(LEASE_MS * 2 - 1);
    expect(lease.signal.aborted).toBe(false);
    await runtime.advance(LEASE_MS / 20);
    expect(isHeld()).toBe(false);
    expect(lease.signal.reason).toMatchObject({ service: SERVICE, token: 1 });
    const { message, cause } = lease.signal.reason as Error;
    expect(message).toMatch(
      /has not answered since then, after it .* lease of 9000 ms \(lock\.leaseMs\) \(TypeError: connection lost\)\. This/,
    );
    expect(cause).toEqual(new TypeError('connection lost'));
  });

  it('goes on where a renewal is answered in that time', async () => {
    wire.lose('renew', 'request', 1_000);
    await runtime.advance(LEASE_MS * 1.5);
    const confirmed = lease.whenHeld();
    wire.heal();
    await runtime.advance(LEASE_MS / 20);
    await confirmed;
    expect(isHeld()).toBe(true);
  });

  it('is renewed again where a renewal hangs', async () => {
    wire.hang('renew', 'request');
    await runtime.advance(LEASE_MS);
    expect(renewals()).toBe(1);
    expect(isHeld()).toBe(true);
  });

  it('is lost by time while renewals hang', async () => {
    wire.hang('renew', 'request', 1_000);
    await runtime.advance(LEASE_MS * 2 - 1);
    expect(lease.signal.aborted).toBe(false);
    await runtime.advance(THIRD);
    expect(lease.signal.aborted).toBe(true);
    expect(isHeld()).toBe(false);
    expect((lease.signal.reason as Error).cause).toEqual(new NoAnswerError(THIRD));
  });

  it('counts from when a renewal was asked for, not from when it was answered', async () => {
    wire.meet('renew', 'answer', () => runtime.sleep(2_000));
    wire.lose('renew', 'request', 1_000);
    wire.heal();
    wire.meet('renew', 'answer', () => runtime.sleep(2_000));
    await runtime.advance(THIRD + 2_000);
    wire.lose('renew', 'request', 1_000);
    await runtime.advance(LEASE_MS - 2_000 - 1);
    expect(isHeld()).toBe(true);
    await runtime.advance(1);
    expect(() => lease.assertHeld()).toThrow(LockUnconfirmedError);
  });

  it('lets nothing through at the first look that comes a moment before the watch', async () => {
    wire.lose('renew', 'request', 1_000);
    await runtime.advance(LEASE_MS - 1);
    standStill(runtime, 1);
    expect(() => lease.assertHeld()).toThrow(/not be renewed within its lease of 9000 ms/);
  });

  it('says only of a watch that is late by a twentieth of the lease that the process stood still', async () => {
    wire.lose('renew', 'request', 1_000);
    await runtime.advance(LEASE_MS - 1);
    standStill(runtime, LEASE_MS / 20);
    expect(() => lease.assertHeld()).toThrow(/not be renewed within its lease of 9000 ms/);
  });

  it('says so of one that is late by just that', async () => {
    wire.lose('renew', 'request', 1_000);
    await runtime.advance(LEASE_MS - 1);
    standStill(runtime, LEASE_MS / 20 + 1);
    expect(() => lease.assertHeld()).toThrow(/stood still for at least 450 ms/);
  });

  it('is lost as soon as a renewal says that another has taken over', async () => {
    await runtime.advance(1);
    await takeLockFrom({ lease }, new InMemoryAuditStore(database));
    await runtime.advance(THIRD);
    expect(isHeld()).toBe(false);
    expect((lease.signal.reason as Error).message).toMatch(/took it over/);
  });

  it('stays lost, for the first reason, though the store would renew it', async () => {
    const first = lease.lose('its audit entries were refused');
    expect(lease.lose('another reason')).toBe(first);
    await runtime.advance(LEASE_MS * 2);
    expect(lease.signal.reason).toBe(first);
    expect(renewals()).toBe(0);
    expect(isHeld()).toBe(false);
  });

  it('stays lost though the answer to a hanging renewal arrives in the end', async () => {
    let arrive: (() => void) | undefined;
    wire.meet('renew', 'answer', () => new Promise((resolve) => (arrive = resolve)), 1_000);
    await runtime.advance(LEASE_MS * 2 + THIRD);
    arrive?.();
    await runtime.advance(1);
    expect(isHeld()).toBe(false);
  });
});

describe('a lease that ended while its process stood still', () => {
  it('lets nothing go through, and is not lost, until the store has answered', async () => {
    wire.hang('renew', 'request');
    standStill(runtime);
    expect(() => lease.assertHeld()).toThrow(LockUnconfirmedError);
    await runtime.advance(THIRD - 1);
    expect(() => lease.assertHeld()).toThrow(LockUnconfirmedError);
    expect(lease.signal.aborted).toBe(false);
  });

  it('goes on for another lease once the store has renewed it', async () => {
    standStill(runtime);
    await lease.whenHeld();
    expect(isHeld()).toBe(true);
    wire.lose('renew', 'request', 1_000);
    await runtime.advance(LEASE_MS - 1);
    expect(isHeld()).toBe(true);
    await runtime.advance(1);
    expect(() => lease.assertHeld()).toThrow(LockUnconfirmedError);
  });

  it('is asked for by the watch, where nobody looks', async () => {
    standStill(runtime, LEASE_MS * 3);
    await runtime.advance(THIRD);
    expect(isHeld()).toBe(true);
    await runtime.advance(LEASE_MS * 3);
    expect(lease.signal.aborted).toBe(false);
  });

  it('tells a call that cannot wait how long that was, and lets one that can wait know', async () => {
    await runtime.advance(100);
    standStill(runtime, 12_000);
    const refusal = await failureOf(Promise.resolve().then(() => lease.assertHeld()));
    expect(refusal).toBeInstanceOf(LockUnconfirmedError);
    // Up to when it was to look: how long before that it stood still, nobody knows.
    expect((refusal as Error).message).toMatch(
      /stood still for at least 9100 ms.*lease of 9000 ms.*lock\.leaseMs/,
    );
    await (refusal as LockUnconfirmedError).known;
    expect(isHeld()).toBe(true);
  });

  it('is lost where another instance has taken over, which says that it stood still', async () => {
    standStill(runtime);
    await takeLockFrom({ lease }, new InMemoryAuditStore(database));
    const loss = await failureOf(lease.whenHeld());
    expect(loss).toBeInstanceOf(LockLostError);
    expect((loss as Error).message).toMatch(
      /took it over, after the event loop .* stood still for at least 6000 ms.*lease of 9000 ms.*lock\.leaseMs \(FLAMINGOCK_LOCK_LEASE_MS\) above that\. This/,
    );
    expect(lease.signal.reason).toBe(loss);
    expect(isHeld()).toBe(false);
  });

  it('is asked for again where the answer is lost', async () => {
    standStill(runtime);
    wire.lose('renew', 'request', 3);
    const confirmed = lease.whenHeld();
    await runtime.advance((LEASE_MS / 20) * 3);
    await confirmed;
    expect(isHeld()).toBe(true);
  });

  it('is lost where the store does not answer for another lease', async () => {
    standStill(runtime);
    wire.hang('renew', 'request', 1_000);
    const loss = failureOf(lease.whenHeld());
    await runtime.advance(LEASE_MS - 1);
    expect(lease.signal.aborted).toBe(false);
    await runtime.advance(THIRD);
    expect(await loss).toBeInstanceOf(LockLostError);
    expect(((await loss) as Error).message).toMatch(
      /has not answered since then, after .* stood still for at least 6000 ms/,
    );
  });

  it('is in doubt again where the process stands still until the answer is too old', async () => {
    standStill(runtime);
    wire.meet('renew', 'answer', async () => standStill(runtime));
    await lease.whenHeld();
    expect(renewals()).toBe(2);
    expect(isHeld()).toBe(true);
  });

  it('lets calls through as soon as one renewal is answered, though another hangs', async () => {
    standStill(runtime);
    wire.hang('renew', 'request');
    expect(() => lease.assertHeld()).toThrow(LockUnconfirmedError);
    const confirmed = lease.confirm();
    await runtime.advance(1);
    expect(isHeld()).toBe(true);
    await runtime.advance(THIRD * 2);
    await confirmed;
  });

  it('is not trusted for the answer to a renewal from before', async () => {
    await runtime.advance(THIRD - 1);
    let arrive: (() => void) | undefined;
    wire.meet('renew', 'answer', () => new Promise((resolve) => (arrive = resolve)));
    wire.hang('renew', 'request', 1_000);
    await runtime.advance(1);
    standStill(runtime);
    expect(() => lease.assertHeld()).toThrow(LockUnconfirmedError);
    arrive?.();
    await runtime.advance(1);
    expect(() => lease.assertHeld()).toThrow(LockUnconfirmedError);
  });

  it('is not lost, but released, where it is released meanwhile', async () => {
    standStill(runtime);
    wire.hang('renew', 'request', 1_000);
    expect(() => lease.assertHeld()).toThrow(LockUnconfirmedError);
    await lease.release();
    expect((await recorded())?.expiresAt).toBe(0);
  });

  it('is asked for too where already the acquisition was answered that late', async () => {
    await lease.release();
    const lock = new InMemoryAuditStore(database).lock;
    const askedAt = runtime.monotonicMs();
    const claim = { service: SERVICE, owner: 'o', host: 'h', pid: 2, leaseMs: LEASE_MS };
    const { token } = (await lock.acquire(claim)) as { token: number };
    standStill(runtime);
    const late = new Lease(lock, { service: SERVICE, token, owner: 'o' }, LEASE_MS, askedAt, runtime);
    await late.whenHeld();
    expect(() => late.assertHeld()).not.toThrow();
    await late.release();
  });
});

describe('a lease that is released', () => {
  it('frees the lock and is renewed no more', async () => {
    await lease.release();
    expect((await acquire(new InMemoryAuditStore(database).lock, 2)).token).toBe(2);
    await runtime.advance(LEASE_MS);
    expect(renewals()).toBe(0);
  });

  it('leaves the lock alone once it was lost', async () => {
    lease.lose('another instance took it over');
    await lease.release();
    expect(wire.answered).not.toContain('release');
  });

  it('does not free the lock of a later holder', async () => {
    wire.hang('renew', 'request', 1_000);
    await runtime.advance(LEASE_MS - 1);
    await database.write('expire', ({ locks }) => {
      const held = locks.get(SERVICE);
      if (held) locks.set(SERVICE, { ...held, expiresAt: 0 });
    });
    await acquire(new InMemoryAuditStore(database).lock, 2);
    await lease.release();
    expect(await recorded()).toMatchObject({ token: 2, owner: 'owner-2' });
    expect(await left()).toBe(LEASE_MS);
  });
});

describe('a lease that is suspended', () => {
  it('can neither end nor be renewed', async () => {
    lease.suspend();
    await runtime.advance(LEASE_MS * 3);
    expect(isHeld()).toBe(true);
    expect(lease.signal.aborted).toBe(false);
    expect(renewals()).toBe(0);
  });

  it('is not renewed either where a renewal had failed just before', async () => {
    wire.lose('renew', 'request');
    await runtime.advance(THIRD);
    lease.suspend();
    await runtime.advance(LEASE_MS);
    expect(renewals()).toBe(0);
  });

  it('cannot be suspended once it is lost', () => {
    lease.lose('another instance took it over');
    expect(() => lease.suspend()).toThrow(LockLostError);
  });

  it('is renewed before anything else happens, and beats as before', async () => {
    lease.suspend();
    await runtime.advance(LEASE_MS * 3);
    await lease.resume();
    expect(renewals()).toBe(1);
    expect(await left()).toBe(LEASE_MS);
    await runtime.advance(LEASE_MS * 3);
    expect(isHeld()).toBe(true);
  });

  it('is not renewed after it while no heartbeat is due, and ends when it would have', async () => {
    lease.suspend();
    await runtime.advance(THIRD / 2);
    await lease.resume();
    expect(renewals()).toBe(0);
    wire.lose('renew', 'request', 1_000);
    await runtime.advance(LEASE_MS - THIRD / 2);
    expect(() => lease.assertHeld()).toThrow(LockUnconfirmedError);
  });

  it('is lost where the renewal after it says so', async () => {
    lease.suspend();
    await takeLockFrom({ lease }, new InMemoryAuditStore(database));
    await runtime.advance(THIRD);
    await lease.resume();
    expect(isHeld()).toBe(false);
  });

  it('is lost where it cannot be renewed for a whole lease after it', async () => {
    lease.suspend();
    await runtime.advance(LEASE_MS * 3);
    wire.lose('renew', 'request', 1_000);
    const resumed = lease.resume();
    await runtime.advance(LEASE_MS - 1);
    expect(isHeld()).toBe(true);
    await runtime.advance(LEASE_MS + LEASE_MS / 20);
    await resumed;
    expect(isHeld()).toBe(false);
  });

  it('has nothing to resume where it was not suspended', async () => {
    await lease.resume();
    expect(renewals()).toBe(0);
  });

  it('is not trusted any longer by a resume where it was not suspended', async () => {
    wire.lose('renew', 'request', 1_000);
    await runtime.advance(LEASE_MS - 1);
    const resumed = lease.resume();
    await runtime.advance(1);
    expect(() => lease.assertHeld()).toThrow(LockUnconfirmedError);
    await resumed;
  });

  it('stays lost where it was lost meanwhile', async () => {
    lease.suspend();
    lease.lose('its audit entries were refused');
    await lease.resume();
    expect(isHeld()).toBe(false);
  });
});

describe('LockLostError', () => {
  it('says which lock, why, and what to do', async () => {
    const error = await failureOf(
      Promise.resolve().then(() => {
        throw lease.lose('it could not be renewed');
      }),
    );
    expect((error as Error).message).toMatch(
      /"inventory" \(token 1\): it could not be renewed.*Start this instance again/s,
    );
  });
});
