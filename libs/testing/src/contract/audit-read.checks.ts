import assert from 'node:assert/strict';
import type { AuditEntry } from '@nestjs-flamingock/core';
import type { AuditStore, HistoryQuery } from '@nestjs-flamingock/core/adapter';
import { historyOf, SERVICE, write, type AuditBackend } from './audit-backend.js';
import { HOSTILE_IDS, type ContractChecks } from './contract-case.js';
import { holdOf } from './lock-hold.builder.js';

const CHANGES = 300;
const BATCH = 100;

/** 1,200 entries: four for each of 300 changes, far apart from each other. */
async function fill(store: AuditStore): Promise<AuditEntry[]> {
  const written: AuditEntry[] = [];
  for (let start = 0; start < 4 * CHANGES; start += BATCH) {
    const fields = Array.from({ length: BATCH }, (_, index) => ({
      changeId: `change-${(start + index) % CHANGES}`,
      order: String(start + index),
    }));
    written.push(...(await write(store, 1, fields[0] ?? {}, ...fields.slice(1))));
  }
  return written;
}

/** Reading history back. */
export const AUDIT_READ_CHECKS: ContractChecks<AuditBackend> = {
  'reads nothing for a service without history': async ({ store }) => {
    await write(store, 1, {});
    assert.deepEqual(await store.readSnapshot('other'), []);
    assert.deepEqual(await historyOf(store, 'other'), []);
  },

  'reads nothing for a service whose head was claimed and never used': async ({ store }) => {
    await store.claimHead(holdOf(1));
    assert.deepEqual(await store.readSnapshot(SERVICE), []);
    assert.deepEqual(await historyOf(store), []);
  },

  'gives the last entry of each change as the snapshot': async ({ store, second }) => {
    await write(store, 1, { changeId: 'b', state: 'STARTED' }, { changeId: 'b', state: 'EXECUTED' });
    await write(store, 2, { changeId: 'a', state: 'STARTED' }, { changeId: 'a', state: 'EXECUTION_FAILED' });
    const [undone] = await write(store, 3, { changeId: 'b', state: 'ROLLED_BACK', operation: 'UNDO' });
    const snapshot = await (await second()).readSnapshot(SERVICE);
    const states = snapshot.map(({ changeId, state }) => [changeId, state]);
    assert.deepEqual(
      new Map(states as [string, string][]),
      new Map([
        ['b', 'ROLLED_BACK'],
        ['a', 'EXECUTION_FAILED'],
      ]),
    );
    assert.equal(snapshot.length, 2);
    assert.deepEqual(
      snapshot.find(({ changeId }) => changeId === 'b'),
      undone,
    );
  },

  'leaves the changes of other services out of the snapshot': async ({ store }) => {
    const mine = await write(store, 1, {});
    await write(store, 1, { service: 'other', state: 'ROLLED_BACK' }, { changeId: 'b' });
    assert.deepEqual(await store.readSnapshot(SERVICE), mine);
  },

  'reads 1,200 entries in order, from any point on, and their snapshot': async ({ store }) => {
    const written = await fill(store);
    assert.deepEqual(await historyOf(store), written);
    assert.deepEqual(await historyOf(store, SERVICE, { after: 0 }), written);
    for (const after of [1, 499, 500, 501, 1000, 1199]) {
      assert.deepEqual(await historyOf(store, SERVICE, { after }), written.slice(after));
    }
    const snapshot = await store.readSnapshot(SERVICE);
    assert.deepEqual(
      snapshot.sort((a, b) => a.seq - b.seq),
      written.slice(-CHANGES),
    );
  },

  'reads 1,200 entries backwards, from any point on': async ({ store }) => {
    const written = await fill(store);
    const backwards = (query: HistoryQuery) => historyOf(store, SERVICE, { ...query, order: 'newest-first' });
    assert.deepEqual(await backwards({}), written.toReversed());
    for (const before of [2, 501, 701, 1200]) {
      assert.deepEqual(await backwards({ before }), written.slice(0, before - 1).reverse());
    }
    assert.deepEqual(await backwards({ before: 1 }), []);
    assert.deepEqual(await backwards({ after: 600, before: 1150 }), written.slice(600, 1149).reverse());
  },

  'reads no more entries than it is asked for, in either direction': async ({ store }) => {
    const written = await fill(store);
    for (const limit of [1, 499, 500, 501, 1000, 1200, 5000]) {
      assert.deepEqual(await historyOf(store, SERVICE, { limit }), written.slice(0, limit));
      const newest = await historyOf(store, SERVICE, { limit, order: 'newest-first' });
      assert.deepEqual(newest, written.slice(-limit).reverse());
    }
    const between = await historyOf(store, SERVICE, { after: 100, before: 900, limit: 700 });
    assert.deepEqual(between, written.slice(100, 800));
  },

  'reads the entries of one change, in either direction, from any point on': async ({ store }) => {
    const written = await fill(store);
    await write(store, 1, { service: 'other', changeId: 'change-7' });
    const changeId = 'change-7';
    const mine = written.filter((entry) => entry.changeId === changeId);
    assert.equal(mine.length, 4);
    assert.deepEqual(await historyOf(store, SERVICE, { changeId }), mine);
    assert.deepEqual(await historyOf(store, SERVICE, { changeId, order: 'newest-first' }), mine.toReversed());
    assert.deepEqual(await historyOf(store, SERVICE, { changeId, after: mine[1]?.seq ?? 0 }), mine.slice(2));
    assert.deepEqual(await historyOf(store, SERVICE, { changeId, before: mine[1]?.seq ?? 0 }), [mine[0]]);
    assert.deepEqual(await historyOf(store, SERVICE, { changeId, limit: 3 }), mine.slice(0, 3));
    assert.deepEqual(await historyOf(store, SERVICE, { changeId: 'change' }), []);
  },

  'keeps the entries of changes apart, however alike or odd their ids': async ({ store }) => {
    const [first = {}, ...rest] = HOSTILE_IDS.map((changeId) => ({ changeId }));
    const written = await write(store, 1, first, ...rest);
    for (const [index, changeId] of HOSTILE_IDS.entries()) {
      assert.deepEqual(await historyOf(store, SERVICE, { changeId }), [written[index]]);
    }
  },

  'reads nothing from the end of the history on': async ({ store }) => {
    await write(store, 1, {}, {});
    for (const after of [2, 3, 1000]) assert.deepEqual(await historyOf(store, SERVICE, { after }), []);
  },

  'can be left in the middle of a history and go on working': async ({ store }) => {
    const written = await fill(store);
    for (let round = 0; round < 12; round += 1) {
      for await (const entry of store.readHistory(SERVICE)) if (entry.seq === 3) break;
    }
    const [entry] = await write(store, 1, { changeId: 'last' });
    assert.deepEqual(await historyOf(store, SERVICE, { after: written.length }), [entry]);
  },

  'reads a history from the start each time it is asked': async ({ store }) => {
    const written = await write(store, 1, {}, {}, {});
    const both = await Promise.all([historyOf(store), historyOf(store)]);
    assert.deepEqual(both, [written, written]);
  },
};
