import assert from 'node:assert/strict';
import { FencedError } from '@nestjs-flamingock/core';
import type { LockHold, RecordStore } from '@nestjs-flamingock/core/adapter';
import { SERVICE, type AuditBackend } from './audit-backend.js';
import type { ContractChecks } from './contract-case.js';
import { holdOf } from './lock-hold.builder.js';
import { aRecord } from './record-write.checks.js';

async function assertFenced(records: RecordStore, hold: LockHold, ifVersion: number): Promise<void> {
  const before = await records.read(aRecord());
  await assert.rejects(records.write(aRecord({ value: 'late' }), { ifVersion, hold }), FencedError);
  await assert.rejects(records.remove(aRecord(), { ifVersion, hold }), FencedError);
  assert.deepEqual(await records.read(aRecord()), before);
}

/** Writing records for the holder of the lock. */
export const RECORD_FENCE_CHECKS: ContractChecks<AuditBackend> = {
  'writes and removes a record for whoever carries the head': async ({ store, second }) => {
    await store.claimHead(holdOf(1));
    const { records } = await second();
    const hold = holdOf(1);
    assert.equal(await records.write(aRecord(), { ifVersion: 0, hold }), true);
    assert.equal(await records.write(aRecord({ value: '2' }), { ifVersion: 1, hold }), true);
    const read = await store.records.read(aRecord());
    assert.deepEqual([read?.version, read?.value], [2, '2']);
    assert.equal(await records.remove(aRecord(), { ifVersion: 2, hold }), true);
    assert.equal(await store.records.read(aRecord()), undefined);
    assert.equal(await records.write(aRecord(), { ifVersion: 0, hold }), true);
  },

  'tells the holder, too, that a record has another version': async ({ store }) => {
    const { records } = store;
    await store.claimHead(holdOf(1));
    const hold = holdOf(1);
    assert.equal(await records.write(aRecord(), { ifVersion: 1, hold }), false);
    assert.equal(await records.remove(aRecord(), { ifVersion: 1, hold }), false);
    assert.equal(await records.read(aRecord()), undefined);
    assert.equal(await records.write(aRecord(), { ifVersion: 0, hold }), true);
    for (const ifVersion of [0, 2]) {
      assert.equal(await records.write(aRecord({ value: 'lost' }), { ifVersion, hold }), false);
      assert.equal(await records.remove(aRecord(), { ifVersion, hold }), false);
    }
    assert.deepEqual((await records.read(aRecord()))?.value, aRecord().value);
  },

  'refuses to write for a hold while nobody has claimed the head': async ({ store }) => {
    await assertFenced(store.records, holdOf(1), 0);
  },

  'refuses a token or an owner that the head does not carry, whatever the version': async ({ store }) => {
    await store.claimHead(holdOf(5));
    const others = [holdOf(4), holdOf(6), holdOf(5, SERVICE, 'somebody else'), holdOf(5, 'other')];
    for (const hold of others) await assertFenced(store.records, hold, 0);
    await store.records.write(aRecord(), { ifVersion: 0 });
    for (const hold of others)
      for (const version of [0, 1, 2]) await assertFenced(store.records, hold, version);
  },

  'has written nothing more for a former holder once the head is claimed': async ({ store, second }) => {
    const next = await second();
    for (let token = 1; token <= 10; token += 1) {
      await store.claimHead(holdOf(token));
      const ifVersion = (await store.records.read(aRecord()))?.version ?? 0;
      const condition = { ifVersion, hold: holdOf(token) };
      const writing = store.records.write(aRecord({ value: String(token) }), condition);
      const claiming = next.claimHead(holdOf(token + 1)).then(() => next.records.read(aRecord()));
      const [written] = await Promise.allSettled([writing, claiming]);
      const seen = await claiming;
      assert.deepEqual(await store.records.read(aRecord()), seen);
      const isThere = seen?.version === ifVersion + 1;
      assert.equal(written.status === 'fulfilled' && written.value, isThere);
      await assertFenced(store.records, holdOf(token), seen?.version ?? 0);
    }
  },

  'lets one of eight writers of one holder win': async ({ store }) => {
    await store.claimHead(holdOf(1));
    const write = (index: number) =>
      store.records.write(aRecord({ value: String(index) }), { ifVersion: 0, hold: holdOf(1) });
    const answers = await Promise.all([0, 1, 2, 3, 4, 5, 6, 7].map(write));
    const read = await store.records.read(aRecord());
    assert.equal(answers.filter(Boolean).length, 1);
    assert.deepEqual([read?.version, read?.value], [1, String(answers.indexOf(true))]);
  },
};
