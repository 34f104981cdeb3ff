import assert from 'node:assert/strict';
import { setTimeout as delay } from 'node:timers/promises';
import { FencedError } from '@nestjs-flamingock/core';
import type { AuditBatch, TransactionOutcome } from '@nestjs-flamingock/core/adapter';
import { everythingOf, historyOf, SERVICE, write as writeHistory } from './audit-backend.js';
import { auditEntries } from './audit-entry.builder.js';
import { elapse, type ContractChecks } from './contract-case.js';
import { claimBy, LONG_MS, PAST_SHORT_MS, recordOf, SHORT_MS, take } from './lock-claims.js';
import {
  assertCommitted,
  assertFencedOff,
  ChangeFailure,
  changeRun,
  gate,
  type SharedBackend,
} from './target-backend.js';
import { holdOf } from './lock-hold.builder.js';

const HEAD_START_MS = 50;

function firstBatch(token: number): AuditBatch {
  const entries = auditEntries(undefined, { state: 'STARTED' }, { state: 'EXECUTED', error: `it's "ok" 🦩` });
  return { hold: holdOf(token), entries };
}

/** Runs a transaction that writes `k`, appends `batches`, and then does `last`. */
function writeAndAppend(
  { target, audit, write }: SharedBackend,
  batches: readonly AuditBatch[],
  last: () => Promise<void> = () => Promise.resolve(),
): Promise<TransactionOutcome> {
  return target.transaction(changeRun(), async (handles, tx) => {
    await write(handles, 'k', 'v');
    for (const batch of batches) await audit.append(batch, tx);
    await last();
  });
}

async function assertNothing({ audit, read }: SharedBackend, before: unknown): Promise<void> {
  assert.equal(await read('k'), undefined);
  assert.deepEqual(await everythingOf(audit), before);
}

/** A change and its audit entries in one transaction. */
export const SHARED_TRANSACTION_CHECKS: ContractChecks<SharedBackend> = {
  'has the same resource in target and audit store': async ({ target, audit }) => {
    assert.equal(audit.resource, target.resource);
  },

  'commits the entries with the effect': async (backend) => {
    const batch = firstBatch(1);
    await backend.audit.claimHead(holdOf(1));
    assertCommitted(await writeAndAppend(backend, [batch]));
    assert.equal(await backend.read('k'), 'v');
    const other = await backend.secondAudit();
    assert.deepEqual(await historyOf(other), batch.entries);
    const { token, seq, hash } = (await other.readHead(SERVICE)) ?? {};
    assert.deepEqual({ token, seq, hash }, { token: 1, seq: 2, hash: batch.entries.at(-1)?.hash });
  },

  'writes neither entries nor effect when work throws after the append': async (backend) => {
    await backend.audit.claimHead(holdOf(1));
    const before = await everythingOf(backend.audit);
    const failure = new ChangeFailure();
    const outcome = await writeAndAppend(backend, [firstBatch(1)], () => Promise.reject(failure));
    assert.equal(outcome.status, 'rolled-back');
    assert.equal(outcome.error, failure);
    await assertNothing(backend, before);
  },

  'goes on outside the transaction where the head was left': async (backend) => {
    await backend.audit.claimHead(holdOf(1));
    await writeAndAppend(backend, [firstBatch(1)], () => Promise.reject(new ChangeFailure()));
    assertCommitted(await writeAndAppend(backend, [firstBatch(1)]));
    const [last] = await writeHistory(backend.audit, 1, { changeId: 'next' });
    assert.equal(last?.seq, 3);
  },

  'appends twice in one transaction': async (backend) => {
    await backend.audit.claimHead(holdOf(1));
    const batch = firstBatch(1);
    const next = { ...batch, entries: auditEntries(batch.entries.at(-1), { changeId: 'next' }) };
    assertCommitted(await writeAndAppend(backend, [batch, next]));
    assert.deepEqual(await historyOf(backend.audit), [...batch.entries, ...next.entries]);
  },

  'commits one change after the other where each says that it is followed': async (backend) => {
    const { audit, target, write, read } = backend;
    await audit.claimHead(holdOf(1));
    const first = firstBatch(1);
    const next = { ...first, entries: auditEntries(first.entries.at(-1), { changeId: 'next' }) };
    for (const [key, batch] of [
      ['a', first],
      ['b', next],
    ] as const) {
      const outcome = await target.transaction(changeRun({ followed: true }), async (handles, tx) => {
        await write(handles, key, 'v');
        await audit.append(batch, tx);
      });
      assertCommitted(outcome);
      assert.equal(await read(key), 'v');
    }
    assert.deepEqual(await historyOf(audit), [...first.entries, ...next.entries]);
  },

  'is in the way of nobody once it is closed, where a change says that it is followed and is not': async ({
    audit,
    secondAudit,
    target,
    write,
  }) => {
    await audit.claimHead(holdOf(1));
    const outcome = await target.transaction(changeRun({ followed: true }), async (handles, tx) => {
      await write(handles, 'k', 'v');
      await audit.append(firstBatch(1), tx);
    });
    assertCommitted(outcome);
    await target.close?.();
    assert.equal((await (await secondAudit()).claimHead(holdOf(2))).seq, 2);
  },

  'takes the effect back when a later holder has claimed the head': async (backend) => {
    await backend.audit.claimHead(holdOf(1));
    await (await backend.secondAudit()).claimHead(holdOf(2));
    const before = await everythingOf(backend.audit);
    assertFencedOff(await writeAndAppend(backend, [firstBatch(1)]));
    await assertNothing(backend, before);
  },

  'takes the effect back when the entries do not follow the head': async (backend) => {
    await writeHistory(backend.audit, 1, {});
    const before = await everythingOf(backend.audit);
    assertFencedOff(await writeAndAppend(backend, [firstBatch(1)]));
    await assertNothing(backend, before);
  },

  'rejects the append itself, so that work can tell it from a failure of its own': async (backend) => {
    await backend.audit.claimHead(holdOf(2));
    let seen: unknown;
    await backend.target.transaction(changeRun(), async (_handles, tx) => {
      await backend.audit.append(firstBatch(1), tx).catch((error: unknown) => {
        seen = error;
        throw error;
      });
    });
    assert.ok(seen instanceof FencedError, String(seen));
  },

  'agrees with a claim that comes before the commit on whether the entries are in': async (backend) => {
    const next = await backend.secondAudit();
    await backend.audit.claimHead(holdOf(1));
    const reached = gate();
    const leave = gate();
    const running = writeAndAppend(backend, [firstBatch(1)], async () => {
      reached.open();
      await leave.opened;
    });
    await Promise.race([reached.opened, running]);
    const both = Promise.all([running, next.claimHead(holdOf(2))]);
    await Promise.race([delay(HEAD_START_MS), both]);
    leave.open();
    const [outcome, head] = await both;
    if (outcome.status !== 'committed') assertFencedOff(outcome);
    const committed = outcome.status === 'committed';
    assert.equal(await backend.read('k'), committed ? 'v' : undefined);
    assert.equal(head.seq, committed ? 2 : 0);
    assert.equal((await historyOf(next)).length, head.seq);
  },

  'keeps the lock that was taken before a transaction that is taken back': async (backend) => {
    const hold = await take(backend.audit.lock, claimBy('a'));
    await backend.audit.claimHead(holdOf(hold.token));
    await writeAndAppend(backend, [firstBatch(hold.token)], () => Promise.reject(new ChangeFailure()));
    const record = await (await backend.secondAudit()).lock.read(SERVICE);
    assert.deepEqual([record?.owner, record?.token], ['a', hold.token]);
  },

  'keeps a renewal made during a transaction that is taken back, or says that it has to wait': async (
    backend,
  ) => {
    const { lock } = backend.audit;
    const hold = await take(lock, claimBy('a', { leaseMs: 60_000 }));
    const seen = { mustWait: false };
    await backend.target.transaction(changeRun(), async (handles, tx) => {
      await backend.write(handles, 'k', 'v');
      seen.mustWait = lock.isHeldBy?.(tx) ?? false;
      if (!seen.mustWait) assert.equal(await lock.renew(hold, LONG_MS), 'renewed');
      throw new ChangeFailure();
    });
    if (seen.mustWait) assert.equal(await lock.renew(hold, LONG_MS), 'renewed');
    const { acquiredAt, expiresAt } = await recordOf((await backend.secondAudit()).lock);
    assert.ok(expiresAt - acquiredAt > LONG_MS / 2, `${acquiredAt} … ${expiresAt}`);
  },

  'gives an expired lock to the next claim, unless an open transaction holds it': async (backend) => {
    const { lock } = await backend.secondAudit();
    const { token } = await take(backend.audit.lock, claimBy('a', { leaseMs: SHORT_MS }));
    const outcome = await backend.target.transaction(changeRun(), async (handles, tx) => {
      await backend.write(handles, 'k', 'v');
      await elapse(backend, PAST_SHORT_MS);
      const { acquired } = await lock.acquire(claimBy('b'));
      assert.equal(acquired, !backend.audit.lock.isHeldBy?.(tx));
      if (!acquired) return;
      assert.equal((await recordOf(lock)).token, token + 1);
    });
    assertCommitted(outcome);
    if ((await recordOf(lock)).token === token) await take(lock, claimBy('b'));
  },
};
