import assert from 'node:assert/strict';
import { MAX_RECORD_VALUE, type NewRecord } from '@nestjs-flamingock/core/adapter';
import { SERVICE, type AuditBackend } from './audit-backend.js';
import { HOSTILE_IDS, several, type ContractChecks } from './contract-case.js';
import { claimBy, take } from './lock-claims.js';

/** A record of kind `cursor`: `fields` over plausible values. */
export function aRecord(fields: Partial<NewRecord> = {}): NewRecord {
  return { service: SERVICE, kind: 'cursor', key: 'slack', value: '{"seq":1}', ...fields };
}

/** Keys that a collation, or a comparison of UTF-16, would put in another order. */
const ORDERED = ['', 'B', 'a', 'a ', 'b', 'ß', '漢', '\u{ff5e}', '🦩'];

/** Writing and reading records, by any writer. */
export const RECORD_WRITE_CHECKS: ContractChecks<AuditBackend> = {
  'reads no record that was never written': async ({ store }) => {
    assert.equal(await store.records.read(aRecord()), undefined);
    assert.deepEqual(await store.records.list(SERVICE, 'cursor'), []);
  },

  'shows a record to every connection, with version 1 and the time of the store': async ({
    store,
    second,
  }) => {
    const { storeNow } = await take(store.lock, claimBy('a'));
    assert.equal(await store.records.write(aRecord(), { ifVersion: 0 }), true);
    const read = await (await second()).records.read(aRecord());
    assert.deepEqual({ ...read, updatedAt: 0 }, { ...aRecord(), version: 1, updatedAt: 0 });
    assert.ok(read && read.updatedAt >= storeNow, `${read?.updatedAt} before ${storeNow}`);
    assert.deepEqual(await store.records.list(SERVICE, 'cursor'), [read]);
  },

  'replaces a record of the version that is named, which grows by one': async ({ store }) => {
    await store.records.write(aRecord(), { ifVersion: 0 });
    for (const ifVersion of [1, 2, 3]) {
      const value = JSON.stringify({ seq: ifVersion });
      assert.equal(await store.records.write(aRecord({ value }), { ifVersion }), true);
      const read = await store.records.read(aRecord());
      assert.deepEqual([read?.version, read?.value], [ifVersion + 1, value]);
    }
  },

  'says that a record has another version, and leaves it': async ({ store }) => {
    const { records } = store;
    assert.equal(await records.write(aRecord(), { ifVersion: 1 }), false);
    assert.equal(await records.read(aRecord()), undefined);
    await records.write(aRecord(), { ifVersion: 0 });
    await records.write(aRecord({ value: '2' }), { ifVersion: 1 });
    const before = await records.read(aRecord());
    for (const ifVersion of [0, 1, 3]) {
      assert.equal(await records.write(aRecord({ value: 'lost' }), { ifVersion }), false);
      assert.equal(await records.remove(aRecord(), { ifVersion }), false);
    }
    assert.deepEqual(await records.read(aRecord()), before);
  },

  'removes a record of the version that is named, whose next one begins anew': async ({ store, second }) => {
    const { records } = store;
    assert.equal(await records.remove(aRecord(), { ifVersion: 0 }), false);
    assert.equal(await records.remove(aRecord(), { ifVersion: 1 }), false);
    await records.write(aRecord(), { ifVersion: 0 });
    assert.equal(await records.remove(aRecord(), { ifVersion: 1 }), true);
    assert.equal(await (await second()).records.read(aRecord()), undefined);
    assert.deepEqual(await records.list(SERVICE, 'cursor'), []);
    assert.equal(await records.write(aRecord(), { ifVersion: 0 }), true);
    assert.equal((await records.read(aRecord()))?.version, 1);
  },

  'lets one of eight writers of the same version win': async ({ store, second }) => {
    const stores = await several(8, second);
    for (const ifVersion of [0, 1, 2]) {
      const answers = await Promise.all(
        stores.map(({ records }, index) => records.write(aRecord({ value: String(index) }), { ifVersion })),
      );
      assert.equal(answers.filter(Boolean).length, 1);
      const read = await store.records.read(aRecord());
      assert.deepEqual([read?.version, read?.value], [ifVersion + 1, String(answers.indexOf(true))]);
    }
  },

  'keeps records apart whose service, kind or key are alike': async ({ store }) => {
    const names = HOSTILE_IDS.flatMap((id) => [{ service: id }, { kind: id }, { key: id }]);
    for (const [index, name] of names.entries())
      assert.equal(
        await store.records.write(aRecord({ ...name, value: String(index) }), { ifVersion: 0 }),
        true,
      );
    for (const [index, name] of names.entries())
      assert.equal((await store.records.read(aRecord(name)))?.value, String(index));
  },

  'lists one kind of one service in the order of keys, byte by byte, page by page': async ({ store }) => {
    const { records } = store;
    for (const key of ORDERED.toReversed()) await records.write(aRecord({ key }), { ifVersion: 0 });
    await records.write(aRecord({ kind: 'other' }), { ifVersion: 0 });
    await records.write(aRecord({ service: 'other' }), { ifVersion: 0 });
    const keysOf = async (page?: { after?: string; limit?: number }) =>
      (await records.list(SERVICE, 'cursor', page)).map(({ key }) => key);
    assert.deepEqual(await keysOf(), ORDERED);
    assert.deepEqual(await keysOf({ limit: 2 }), ORDERED.slice(0, 2));
    for (const [index, after] of ORDERED.entries()) {
      assert.deepEqual(await keysOf({ after }), ORDERED.slice(index + 1));
      assert.deepEqual(await keysOf({ after, limit: 1 }), ORDERED.slice(index + 1, index + 2));
    }
  },

  'lists a hundred records unless it is asked for another number': async ({ store }) => {
    const { records } = store;
    for (let index = 0; index < 101; index += 1) {
      await records.write(aRecord({ key: String(index).padStart(3, '0') }), { ifVersion: 0 });
    }
    assert.equal((await records.list(SERVICE, 'cursor')).length, 100);
    assert.equal((await records.list(SERVICE, 'cursor', { limit: 1000 })).length, 101);
  },

  'keeps values of the largest size, empty ones and every script': async ({ store, second }) => {
    const values = [
      '',
      'x'.repeat(MAX_RECORD_VALUE),
      '漢'.repeat(MAX_RECORD_VALUE),
      `it's "$1" \\ 🦩`,
      '$$NOW',
    ];
    for (const [index, value] of values.entries()) {
      assert.equal(await store.records.write(aRecord({ value }), { ifVersion: index }), true);
      const read = await (await second()).records.read(aRecord());
      assert.ok(read?.value === value, `value ${index} is not what was written`);
    }
  },
};
