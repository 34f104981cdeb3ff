import assert from 'node:assert/strict';
import { everythingOf, historyOf, SERVICE, write, type AuditBackend } from './audit-backend.js';
import { several, type ContractChecks } from './contract-case.js';
import { claimBy, recordOf, take } from './lock-claims.js';

/** Making the store ready. */
export const AUDIT_PREPARE_CHECKS: ContractChecks<AuditBackend> = {
  'reads as empty before it was ever made ready': async ({ store }) => {
    assert.equal(await store.readHead(SERVICE), undefined);
    assert.deepEqual(await store.readSnapshot(SERVICE), []);
    assert.deepEqual(await historyOf(store), []);
    assert.equal(await store.lock.read(SERVICE), undefined);
  },

  'tells its time, before it was ever made ready and after': async ({ store }) => {
    const before = await store.now();
    await store.prepare();
    const { storeNow } = await take(store.lock, claimBy('a'));
    const after = await store.now();
    assert.ok(Number.isSafeInteger(before) && before <= storeNow, `${before}, then ${storeNow}`);
    assert.ok(storeNow <= after, `${storeNow}, then ${after}`);
  },

  'is made ready by many instances at the same time': async ({ store, second }) => {
    const stores = [store, ...(await several(5, second))];
    await Promise.all([...stores, ...stores].map((each) => each.prepare()));
    for (const [index, each] of stores.entries()) await write(each, index + 1, { changeId: `c${index}` });
    assert.equal((await store.readSnapshot(SERVICE)).length, stores.length);
  },

  'keeps history and lock when it is made ready again': async ({ store, second }) => {
    await store.prepare();
    await take(store.lock, claimBy('a'));
    await write(store, 1, {}, { state: 'ROLLED_BACK' });
    const before = [await everythingOf(store), await recordOf(store.lock)];
    const other = await second();
    await other.prepare();
    await store.prepare();
    assert.deepEqual([await everythingOf(other), await recordOf(other.lock)], before);
  },
};
