import { InMemoryAuditStore, InMemoryDatabase, ManualRuntime } from '@nestjs-flamingock/testing';
import { failureOf, SERVICE } from '../fixtures/runs.js';
import { Wire } from '../fixtures/wire.js';
import { Lease } from './lease.js';
import { LockLostError } from './lock.errors.js';
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

  it('is lost when renewals have failed for its whole length, and not before', async () => {
    wire.lose('renew', 'request', 1_000);
    await runtime.advance(LEASE_MS - 1);
    expect(isHeld()).toBe(true);
    await runtime.advance(1);
    expect(isHeld()).toBe(false);
    expect(lease.signal.reason).toMatchObject({ service: SERVICE, token: 1 });
    expect((lease.signal.reason as Error).message).toContain(
      'not be renewed within its lease of 9000 ms (TypeError: connection lost)',
    );
    expect((lease.signal.reason as Error).cause).toEqual(new TypeError('connection lost'));
  });

  it('is not said to be lost because of what failed before the last renewal', async () => {
    wire.lose('renew', 'request', 1);
    await runtime.advance(THIRD + LEASE_MS / 20);
    expect(renewals()).toBe(1);
    runtime.monotonicMs = () => Infinity;
    expect(() => lease.assertHeld()).toThrow(/its lease of 9000 ms\. This instance/);
  });

  it('is renewed again where a renewal hangs', async () => {
    wire.hang('renew', 'request');
    await runtime.advance(LEASE_MS);
    expect(renewals()).toBe(1);
    expect(isHeld()).toBe(true);
  });

  it('is lost by time while renewals hang', async () => {
    wire.hang('renew', 'request', 1_000);
    await runtime.advance(LEASE_MS - 1);
    expect(lease.signal.aborted).toBe(false);
    await runtime.advance(1);
    expect(lease.signal.aborted).toBe(true);
    expect(isHeld()).toBe(false);
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
    expect(isHeld()).toBe(false);
  });

  it('is lost by time at the first look, even before anything has fired', async () => {
    let now = 0;
    const frozen = new ManualRuntime();
    frozen.monotonicMs = () => now;
    const quiet = new Lease(
      new InMemoryAuditStore(database).lock,
      { service: SERVICE, token: 1, owner: 'owner-1' },
      LEASE_MS,
      0,
      frozen,
    );
    now = LEASE_MS;
    expect(() => quiet.assertHeld()).toThrow(LockLostError);
    expect(quiet.signal.aborted).toBe(true);
  });

  it('is lost as soon as a renewal says that another has taken over', async () => {
    await runtime.advance(1);
    await database.write('take over', ({ locks }) => {
      const held = locks.get(SERVICE);
      if (held) locks.set(SERVICE, { ...held, token: 2 });
    });
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
    await runtime.advance(LEASE_MS);
    arrive?.();
    await runtime.advance(1);
    expect(isHeld()).toBe(false);
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
    expect(lease.signal.aborted).toBe(true);
  });

  it('is lost where the renewal after it says so', async () => {
    lease.suspend();
    await database.write('take over', ({ locks }) => {
      const held = locks.get(SERVICE);
      if (held) locks.set(SERVICE, { ...held, token: 2 });
    });
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
    await runtime.advance(LEASE_MS / 20);
    await resumed;
    expect(isHeld()).toBe(false);
  });

  it('has nothing to resume where it was not suspended', async () => {
    await lease.resume();
    expect(renewals()).toBe(0);
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
