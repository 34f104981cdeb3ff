import assert from 'node:assert/strict';
import type { LockStore } from '@nestjs-flamingock/core/adapter';
import type { AuditBackend } from './audit-backend.js';
import { elapse, HOSTILE_IDS, several, type ContractChecks } from './contract-case.js';
import {
  assertHeld,
  assertOneWinner,
  claimBy,
  LONG_MS,
  PAST_SHORT_MS,
  recordOf,
  SHORT_MS,
  take,
} from './lock-claims.js';

async function locksOf({ second }: AuditBackend, count: number): Promise<LockStore[]> {
  return (await several(count, second)).map(({ lock }) => lock);
}

async function race(locks: readonly LockStore[], nameOf: (index: number) => string): Promise<number> {
  const owners = locks.map((_, index) => nameOf(index));
  const claims = locks.map((lock, index) => lock.acquire(claimBy(nameOf(index))));
  return assertOneWinner(owners, await Promise.all(claims));
}

/** Who gets the lock, and with which token. */
export const LOCK_CLAIM_CHECKS: ContractChecks<AuditBackend> = {
  'gives a free lock to the first claim, with a token above 0': async ({ store: { lock } }) => {
    const { token } = await take(lock, claimBy('a'));
    assert.ok(Number.isSafeInteger(token) && token > 0, `token ${token}`);
  },

  'records the holder as it described itself': async ({ store: { lock }, second }) => {
    const claim = claimBy(`o'Hara "é" 🔒`, { host: 'höst-1.example', pid: 4_194_304 });
    const { service, token, storeNow } = await take(lock, claim);
    const { acquiredAt, expiresAt, ...holder } = await recordOf((await second()).lock);
    assert.deepEqual(holder, { service, token, owner: claim.owner, host: claim.host, pid: claim.pid });
    assert.ok(Math.abs(acquiredAt - storeNow) <= 1, 'acquired at the time of the acquisition');
    assert.ok(Math.abs(expiresAt - acquiredAt - LONG_MS) <= 1, 'expires one lease later');
  },

  'tells the time of the store with each acquisition': async (backend) => {
    const { lock } = backend.store;
    const first = await take(lock, claimBy('a', { leaseMs: SHORT_MS }));
    await elapse(backend, PAST_SHORT_MS);
    const next = await take(lock, claimBy('b'));
    assert.ok(next.storeNow - first.storeNow >= SHORT_MS, `${first.storeNow} … ${next.storeNow}`);
  },

  'refuses a held lock and names its holder': async ({ store: { lock }, second }) => {
    await take(lock, claimBy('a'));
    const answer = await (await second()).lock.acquire(claimBy('b'));
    const held = await recordOf(lock);
    assert.deepEqual(answer, { acquired: false, holder: held });
    assert.equal(held.owner, 'a');
  },

  'refuses a second claim by the holder itself': async ({ store: { lock } }) => {
    await take(lock, claimBy('a'));
    await assertHeld(lock, claimBy('a'));
  },

  'lets one of two claims at the same time win': async ({ store: { lock }, second }) => {
    await race([lock, (await second()).lock], (index) => `owner-${index}`);
  },

  'lets one of two claims through one store win': async ({ store: { lock } }) => {
    await race([lock, lock], (index) => `owner-${index}`);
  },

  'lets one of eight independent instances win, release after release': async (backend) => {
    const locks = await locksOf(backend, 8);
    for (let round = 0; round < 5; round += 1) {
      const token = await race(locks, (index) => `owner-${round}-${index}`);
      const { service, owner } = await recordOf(backend.store.lock);
      await backend.store.lock.release({ service, token, owner });
    }
  },

  'lets one of eight independent instances take over an expired lock': async (backend) => {
    const locks = await locksOf(backend, 8);
    const { token } = await take(backend.store.lock, claimBy('gone', { leaseMs: SHORT_MS }));
    await elapse(backend, PAST_SHORT_MS);
    assert.equal(await race(locks, (index) => `owner-${index}`), token + 1);
  },

  'raises the token by one at each acquisition, whoever releases in between': async (backend) => {
    const locks = [backend.store.lock, (await backend.second()).lock];
    const tokens: number[] = [];
    for (const lock of [...locks, ...locks]) {
      const hold = await take(lock, claimBy('a'));
      tokens.push(hold.token);
      await lock.release(hold);
    }
    const [first = 0] = tokens;
    assert.deepEqual(tokens, [first, first + 1, first + 2, first + 3]);
  },

  'gives a token above the floor of the claim where its own record is lower or lost': async (backend) => {
    const { lock } = backend.store;
    const first = await take(lock, claimBy('a', { floor: 6 }));
    assert.equal(first.token, 7, 'where there is no record');
    await lock.release(first);
    const next = await take((await backend.second()).lock, claimBy('b', { floor: 11 }));
    assert.equal(next.token, 12, 'where the record is lower');
    await lock.release(next);
    assert.equal((await take(lock, claimBy('c', { floor: 3 }))).token, 13, 'where the record is higher');
  },

  'does not raise the token for a claim that is refused': async ({ store: { lock } }) => {
    const hold = await take(lock, claimBy('a'));
    await assertHeld(lock, claimBy('b'));
    await assertHeld(lock, claimBy('c'));
    await lock.release(hold);
    assert.equal((await take(lock, claimBy('d'))).token, hold.token + 1);
  },

  'hands an expired lock to the next claim and records the new holder': async (backend) => {
    const { lock } = backend.store;
    const { token } = await take(lock, claimBy('a', { leaseMs: SHORT_MS }));
    await elapse(backend, PAST_SHORT_MS);
    assert.equal((await recordOf(lock)).owner, 'a', 'an expired hold stays on record');
    const next = await take((await backend.second()).lock, claimBy('b'));
    const { owner, host, token: recorded } = await recordOf(lock);
    assert.deepEqual({ owner, host, recorded }, { owner: 'b', host: 'host-of-b', recorded: token + 1 });
    assert.equal(next.token, token + 1);
  },

  'keeps the locks of services apart, however alike or odd their ids': async ({ store: { lock } }) => {
    for (const service of HOSTILE_IDS) await take(lock, claimBy(`owner of ${service}`, { service }));
    for (const service of HOSTILE_IDS) {
      const record = await recordOf(lock, service);
      assert.deepEqual([record.service, record.owner], [service, `owner of ${service}`]);
      await assertHeld(lock, claimBy('other', { service }));
    }
  },
};
