import assert from 'node:assert/strict';
import { SERVICE, type AuditBackend } from './audit-backend.js';
import { elapse, HOSTILE_IDS, type ContractChecks } from './contract-case.js';
import { assertHeld, claimBy, LONG_MS, PAST_SHORT_MS, recordOf, SHORT_MS, take } from './lock-claims.js';

/** What a holder can do with its lock, and a former holder cannot. */
export const LOCK_HOLD_CHECKS: ContractChecks<AuditBackend> = {
  'has no record of a lock that was never taken': async ({ store: { lock } }) => {
    assert.equal(await lock.read(SERVICE), undefined);
  },

  'tells the time of the store with the record, so that a hold that is over can be told from one that is not':
    async (backend) => {
      const { lock } = backend.store;
      const { storeNow } = await take(lock, claimBy('a', { leaseMs: SHORT_MS }));
      const first = await lock.read(SERVICE);
      assert.ok(first && first.storeNow >= storeNow - 1 && first.storeNow < first.expiresAt, 'held');
      await elapse(backend, PAST_SHORT_MS);
      const later = await lock.read(SERVICE);
      assert.ok(later && later.storeNow > later.expiresAt, 'over');
      assert.ok(later.storeNow - first.storeNow >= SHORT_MS, `${first.storeNow} … ${later.storeNow}`);
    },

  'runs the lease anew with each renewal': async (backend) => {
    const { lock } = backend.store;
    const hold = await take(lock, claimBy('a', { leaseMs: LONG_MS }));
    const before = await recordOf(lock);
    await elapse(backend, PAST_SHORT_MS);
    assert.equal(await lock.renew(hold, LONG_MS), 'renewed');
    const { expiresAt, ...rest } = await recordOf(lock);
    assert.ok(expiresAt - before.expiresAt >= SHORT_MS, `${before.expiresAt} … ${expiresAt}`);
    assert.deepEqual({ ...rest, expiresAt: before.expiresAt }, before, 'nothing else changes');
  },

  'keeps others out past the first lease once it is renewed': async (backend) => {
    const { lock } = backend.store;
    const hold = await take(lock, claimBy('a', { leaseMs: SHORT_MS }));
    assert.equal(await lock.renew(hold, LONG_MS), 'renewed');
    await elapse(backend, PAST_SHORT_MS);
    await assertHeld((await backend.second()).lock, claimBy('b'));
  },

  'renews a hold that expired while nobody claimed it': async (backend) => {
    const { lock } = backend.store;
    const hold = await take(lock, claimBy('a', { leaseMs: SHORT_MS }));
    await elapse(backend, PAST_SHORT_MS);
    assert.equal(await lock.renew(hold, LONG_MS), 'renewed');
    await assertHeld((await backend.second()).lock, claimBy('b'));
    assert.equal((await recordOf(lock)).token, hold.token);
  },

  'shortens a lease as well as it extends it': async (backend) => {
    const { lock } = backend.store;
    const hold = await take(lock, claimBy('a'));
    assert.equal(await lock.renew(hold, SHORT_MS), 'renewed');
    await elapse(backend, PAST_SHORT_MS);
    await take(lock, claimBy('b'));
  },

  'refuses the renewal of a holder that was succeeded, and changes nothing': async (backend) => {
    const { lock } = backend.store;
    const old = await take(lock, claimBy('a', { leaseMs: SHORT_MS }));
    await elapse(backend, PAST_SHORT_MS);
    await take((await backend.second()).lock, claimBy('b'));
    const before = await recordOf(lock);
    assert.equal(await lock.renew(old, LONG_MS * 2), 'lost');
    assert.deepEqual(await recordOf(lock), before);
  },

  'ignores the release of a holder that was succeeded': async (backend) => {
    const { lock } = backend.store;
    const old = await take(lock, claimBy('a', { leaseMs: SHORT_MS }));
    await elapse(backend, PAST_SHORT_MS);
    await take((await backend.second()).lock, claimBy('b'));
    const before = await recordOf(lock);
    await lock.release(old);
    assert.deepEqual(await recordOf(lock), before);
    await assertHeld(lock, claimBy('c'));
  },

  'tells a former owner apart by its token, not by its name': async (backend) => {
    const { lock } = backend.store;
    const old = await take(lock, claimBy('a', { leaseMs: SHORT_MS }));
    await elapse(backend, PAST_SHORT_MS);
    const hold = await take(lock, claimBy('a'));
    assert.equal(await lock.renew(old, LONG_MS), 'lost');
    assert.equal(await lock.renew(hold, LONG_MS), 'renewed');
  },

  'frees the lock at once when its holder releases it': async ({ store: { lock }, second }) => {
    const hold = await take(lock, claimBy('a'));
    await lock.release(hold);
    await take((await second()).lock, claimBy('b'));
  },

  'keeps the token on record after a release': async ({ store: { lock }, second }) => {
    const hold = await take(lock, claimBy('a'));
    await lock.release(hold);
    assert.equal((await recordOf((await second()).lock)).token, hold.token);
  },

  'does not take a released lock back for a renewal that comes late': async ({ store: { lock } }) => {
    const hold = await take(lock, claimBy('a'));
    await lock.release(hold);
    assert.equal(await lock.renew(hold, LONG_MS), 'lost');
    await take(lock, claimBy('b'));
  },

  'takes a second release, and the release of a lock that never was, without complaint': async ({
    store: { lock },
  }) => {
    const hold = await take(lock, claimBy('a'));
    await lock.release(hold);
    await lock.release(hold);
    await lock.release({ ...hold, service: 'unknown' });
    assert.equal((await take(lock, claimBy('b'))).token, hold.token + 1);
    assert.equal(await lock.read('unknown'), undefined);
  },

  'has lost a hold whose token was never given': async ({ store: { lock } }) => {
    const hold = await take(lock, claimBy('a'));
    const before = await recordOf(lock);
    assert.equal(await lock.renew({ ...hold, token: hold.token + 1 }, LONG_MS), 'lost');
    assert.equal(await lock.renew({ ...hold, service: 'unknown' }, LONG_MS), 'lost');
    await lock.release({ ...hold, token: hold.token + 1 });
    assert.deepEqual(await recordOf(lock), before);
  },

  'has lost a hold whose token the store has given to another owner': async ({ store: { lock } }) => {
    const hold = await take(lock, claimBy('a'));
    const before = await recordOf(lock);
    const forgotten = { ...hold, owner: 'b' };
    assert.equal(await lock.renew(forgotten, LONG_MS), 'lost');
    await lock.release(forgotten);
    assert.deepEqual(await recordOf(lock), before);
  },

  'renews and releases the lock of one service only': async ({ store: { lock } }) => {
    const [first = '', ...others] = HOSTILE_IDS;
    const hold = await take(lock, claimBy('a', { service: first }));
    for (const service of others) await take(lock, claimBy('a', { service }));
    assert.equal(await lock.renew(hold, LONG_MS), 'renewed');
    await lock.release(hold);
    for (const service of others) await assertHeld(lock, claimBy('b', { service }));
    await take(lock, claimBy('b', { service: first }));
  },
};
