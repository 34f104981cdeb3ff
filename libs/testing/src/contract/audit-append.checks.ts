import assert from 'node:assert/strict';
import { FencedError } from '@nestjs-flamingock/core';
import { HISTORY_FORMAT, type AuditStore } from '@nestjs-flamingock/core/adapter';
import { everythingOf, historyOf, SERVICE, write, type AuditBackend } from './audit-backend.js';
import { auditEntries, auditEntry } from './audit-entry.builder.js';
import { HOSTILE_IDS, several, type ContractChecks } from './contract-case.js';
import { holdOf } from './lock-hold.builder.js';

type Entries = ReturnType<typeof auditEntries>;

async function assertFenced(store: AuditStore, token: number, entries: Entries): Promise<void> {
  const before = await everythingOf(store);
  await assert.rejects(store.append({ hold: holdOf(token), entries }), FencedError);
  assert.deepEqual(await everythingOf(store), before);
}

/** Writing history: the whole batch right behind the head, by its holder, or nothing. */
export const AUDIT_APPEND_CHECKS: ContractChecks<AuditBackend> = {
  'shows an appended entry to every connection and moves the head to it': async ({ store, second }) => {
    const [entry] = await write(store, 1, {});
    const other = await second();
    assert.deepEqual(await historyOf(other), [entry]);
    const head = await other.readHead(SERVICE);
    assert.deepEqual(head, {
      token: 1,
      owner: 'owner-of-1',
      format: HISTORY_FORMAT,
      seq: 1,
      hash: entry?.hash,
      settled: null,
    });
  },

  'appends all entries of a batch and moves the head to the last': async ({ store }) => {
    const first = await write(store, 1, { state: 'STARTED' }, { state: 'EXECUTION_FAILED' });
    const rest = await write(store, 1, { state: 'ROLLED_BACK' }, { state: 'STARTED' }, {});
    assert.deepEqual(await historyOf(store), [...first, ...rest]);
    const { seq, hash } = (await store.readHead(SERVICE)) ?? {};
    assert.deepEqual({ seq, hash }, { seq: 5, hash: rest.at(-1)?.hash });
  },

  'appends for whoever carries the head, whichever connection claimed it': async ({ store, second }) => {
    await store.claimHead(holdOf(4));
    const entries = auditEntries(undefined, {});
    await (await second()).append({ hold: holdOf(4), entries });
    assert.deepEqual(await historyOf(store), entries);
  },

  'refuses to append before anybody claimed the head': async ({ store }) => {
    await assertFenced(store, 1, auditEntries(undefined, {}));
  },

  'refuses a token that the head no longer or not yet carries': async ({ store }) => {
    const [last] = await write(store, 5, {});
    for (const token of [4, 6]) await assertFenced(store, token, auditEntries(last, { changeId: 'b' }));
  },

  'refuses a former holder from the moment that the head is claimed': async ({ store, second }) => {
    const [last] = await write(store, 5, {});
    await (await second()).claimHead(holdOf(6));
    await assertFenced(store, 5, auditEntries(last, { changeId: 'b' }));
  },

  'refuses another owner of the same token': async ({ store }) => {
    const [last] = await write(store, 5, {});
    const before = await everythingOf(store);
    const entries = auditEntries(last, { changeId: 'b' });
    const hold = holdOf(5, SERVICE, 'somebody else');
    await assert.rejects(store.append({ hold, entries }), FencedError);
    assert.deepEqual(await everythingOf(store), before);
  },

  'refuses entries that follow an entry of the same number with another hash': async ({ store }) => {
    await write(store, 5, {});
    await assertFenced(store, 5, auditEntries({ seq: 1, hash: 'f'.repeat(64) }, { changeId: 'b' }));
  },

  'refuses entries that repeat a seq or leave a gap': async ({ store }) => {
    const [first, last] = await write(store, 1, {}, { changeId: 'b' });
    await assertFenced(store, 1, auditEntries(first, { changeId: 'c' }));
    await assertFenced(store, 1, auditEntries(undefined, { changeId: 'c' }, { changeId: 'd' }, {}));
    await assertFenced(store, 1, auditEntries({ seq: 3, hash: last?.hash ?? '' }, { changeId: 'c' }));
  },

  'writes nothing of a batch that cannot be written to its end': async ({ store }) => {
    const [last] = await write(store, 1, {});
    const before = await everythingOf(store);
    const [entry] = auditEntries(last, { changeId: 'b' });
    const twice = { hold: holdOf(1), entries: [entry, { ...entry, changeId: 'c' }] as const };
    await assert.rejects(store.append(twice));
    assert.deepEqual(await everythingOf(store), before);
  },

  'lets one of eight writers of the same seq win and refuses the rest': async ({ store, second }) => {
    await store.claimHead(holdOf(1));
    const stores = await several(8, second);
    const batches = stores.map((_, index) => auditEntries(undefined, { changeId: `c${index}` }, {}));
    const answers = await Promise.allSettled(
      stores.map((each, index) =>
        each.append({ hold: holdOf(1), entries: batches[index] ?? [auditEntry()] }),
      ),
    );
    const winners = batches.filter((_, index) => answers[index]?.status === 'fulfilled');
    assert.equal(winners.length, 1);
    assert.deepEqual(await historyOf(store), winners[0]);
    for (const answer of answers) {
      if (answer.status === 'rejected')
        assert.ok(answer.reason instanceof FencedError, String(answer.reason));
    }
  },

  'agrees with a claim at the same time on whether the append came first': async ({ store, second }) => {
    const next = await second();
    for (let token = 1; token <= 10; token += 1) {
      const head = await store.claimHead(holdOf(token));
      const entries = auditEntries(head, { changeId: `c${token}` });
      const [append, claim] = await Promise.allSettled([
        store.append({ hold: holdOf(token), entries }),
        next.claimHead(holdOf(token + 1)),
      ]);
      assert.ok(claim.status === 'fulfilled', 'the higher token gets the head');
      const added = append.status === 'fulfilled' ? 1 : 0;
      assert.equal(claim.value.seq, head.seq + added);
      assert.equal((await historyOf(store)).length, head.seq + added);
    }
  },

  'keeps the histories of services apart, however alike or odd their ids': async ({ store }) => {
    for (const service of HOSTILE_IDS)
      await write(store, 1, { service, changeId: `of ${service}` }, { service });
    for (const service of HOSTILE_IDS) {
      const history = await historyOf(store, service);
      assert.deepEqual(
        history.map(({ seq }) => seq),
        [1, 2],
      );
      assert.deepEqual(
        history.map((entry) => entry.service),
        [service, service],
      );
      assert.equal(history[0]?.changeId, `of ${service}`);
    }
  },
};
