import assert from 'node:assert/strict';
import { FencedError } from '@nestjs-flamingock/core';
import { GENESIS_HASH, HISTORY_FORMAT, isSettled, type AuditStore } from '@nestjs-flamingock/core/adapter';
import { everythingOf, SERVICE, write, type AuditBackend } from './audit-backend.js';
import { HOSTILE_IDS, several, type ContractChecks } from './contract-case.js';
import { holdOf } from './lock-hold.builder.js';

async function settledBy(store: AuditStore, digest: string): Promise<boolean> {
  return isSettled(await store.readHead(SERVICE), digest);
}

/** The head: who may append, where the history ends, and whether anything is left to do. */
export const AUDIT_HEAD_CHECKS: ContractChecks<AuditBackend> = {
  'has no head while nothing was recorded for the service': async ({ store }) => {
    assert.equal(await store.readHead(SERVICE), undefined);
    await write(store, 1, { service: 'other' });
    assert.equal(await store.readHead(SERVICE), undefined);
  },

  'starts a history at seq 0 and the genesis hash': async ({ store, second }) => {
    const head = await store.claimHead(holdOf(3));
    assert.deepEqual(head, {
      token: 3,
      owner: 'owner-of-3',
      format: HISTORY_FORMAT,
      seq: 0,
      hash: GENESIS_HASH,
      settled: null,
    });
    assert.deepEqual(await (await second()).readHead(SERVICE), head);
  },

  'raises the token of the head and leaves the rest': async ({ store, second }) => {
    const [, last] = await write(store, 1, {}, { changeId: 'b' });
    const head = await (await second()).claimHead(holdOf(7));
    assert.deepEqual(head, {
      token: 7,
      owner: 'owner-of-7',
      format: HISTORY_FORMAT,
      seq: 2,
      hash: last?.hash,
      settled: null,
    });
    assert.deepEqual(await store.readHead(SERVICE), head);
  },

  'grants a claim with the token that the head already carries': async ({ store }) => {
    const head = await store.claimHead(holdOf(5));
    assert.deepEqual(await store.claimHead(holdOf(5)), head);
  },

  'refuses a claim with a lower token and changes nothing': async ({ store, second }) => {
    await write(store, 5, {});
    const before = await everythingOf(store);
    const refusal = { service: SERVICE, token: 4 };
    await assert.rejects((await second()).claimHead(holdOf(4)), (error) => {
      assert.ok(error instanceof FencedError, String(error));
      assert.deepEqual({ service: error.service, token: error.token }, refusal);
      return true;
    });
    assert.deepEqual(await everythingOf(store), before);
  },

  'refuses a claim with the same token by another owner and changes nothing': async ({ store, second }) => {
    await write(store, 5, {});
    const before = await everythingOf(store);
    await assert.rejects((await second()).claimHead(holdOf(5, SERVICE, 'somebody else')), FencedError);
    assert.deepEqual(await everythingOf(store), before);
  },

  'ends at the highest token of eight claims at the same time': async ({ store, second }) => {
    const stores = await several(8, second);
    const claims = stores.map((each, index) => each.claimHead(holdOf(index + 1)));
    const answers = await Promise.allSettled(claims);
    for (const answer of answers) {
      if (answer.status === 'rejected')
        assert.ok(answer.reason instanceof FencedError, String(answer.reason));
    }
    assert.equal(answers.at(-1)?.status, 'fulfilled');
    assert.equal((await store.readHead(SERVICE))?.token, 8);
  },

  'claims the head of one service only': async ({ store }) => {
    for (const [index, service] of HOSTILE_IDS.entries()) await store.claimHead(holdOf(index + 1, service));
    const heads = await Promise.all(HOSTILE_IDS.map((service) => store.readHead(service)));
    const tokens = heads.map((head) => head?.token);
    assert.deepEqual(
      tokens,
      HOSTILE_IDS.map((_, index) => index + 1),
    );
  },

  'is settled by the run that left nothing to do': async ({ store, second }) => {
    const [, last] = await write(store, 2, {}, { changeId: 'b' });
    await store.settle(holdOf(2), { seq: 2, digest: 'digest-a' });
    const head = await (await second()).readHead(SERVICE);
    const settled = { seq: 2, digest: 'digest-a' };
    assert.deepEqual(head, {
      token: 2,
      owner: 'owner-of-2',
      format: HISTORY_FORMAT,
      seq: 2,
      hash: last?.hash,
      settled,
    });
  },

  'is settled again with another digest': async ({ store }) => {
    await write(store, 2, {});
    await store.settle(holdOf(2), { seq: 1, digest: 'digest-a' });
    await store.settle(holdOf(2), { seq: 1, digest: 'digest-b' });
    assert.deepEqual([await settledBy(store, 'digest-a'), await settledBy(store, 'digest-b')], [false, true]);
  },

  'is not settled by another token or at another seq': async ({ store }) => {
    await write(store, 2, {}, { changeId: 'b' });
    const before = await everythingOf(store);
    for (const token of [1, 3]) await store.settle(holdOf(token), { seq: 2, digest: 'digest-a' });
    for (const seq of [1, 3]) await store.settle(holdOf(2), { seq, digest: 'digest-a' });
    await store.settle(holdOf(1, 'unknown'), { seq: 0, digest: 'digest-a' });
    assert.deepEqual(await everythingOf(store), before);
    assert.equal(await store.readHead('unknown'), undefined);
  },

  'is not settled by another owner of the same token': async ({ store }) => {
    await write(store, 2, {});
    const before = await everythingOf(store);
    await store.settle(holdOf(2, SERVICE, 'somebody else'), { seq: 1, digest: 'digest-a' });
    assert.deepEqual(await everythingOf(store), before);
  },

  'stays settled when the next holder claims the head': async ({ store }) => {
    await write(store, 2, {});
    await store.settle(holdOf(2), { seq: 1, digest: 'digest-a' });
    assert.ok(isSettled(await store.claimHead(holdOf(3)), 'digest-a'));
    assert.ok(await settledBy(store, 'digest-a'));
  },

  'is settled no longer once anything is appended': async ({ store }) => {
    await write(store, 2, {});
    await store.settle(holdOf(2), { seq: 1, digest: 'digest-a' });
    await write(store, 3, { changeId: 'b' });
    assert.equal(await settledBy(store, 'digest-a'), false);
  },

  'is settled for one service only': async ({ store }) => {
    await write(store, 1, {});
    await write(store, 1, { service: 'Inventory' });
    await store.settle(holdOf(1, 'Inventory'), { seq: 1, digest: 'digest-a' });
    assert.equal(await settledBy(store, 'digest-a'), false);
  },
};
