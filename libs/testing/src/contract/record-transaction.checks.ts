import assert from 'node:assert/strict';
import type { RecordCondition, TransactionOutcome } from '@nestjs-flamingock/core/adapter';
import { write as writeHistory } from './audit-backend.js';
import type { ContractChecks } from './contract-case.js';
import { holdOf } from './lock-hold.builder.js';
import { aRecord } from './record-write.checks.js';
import {
  assertCommitted,
  assertFencedOff,
  ChangeFailure,
  changeRun,
  type SharedBackend,
} from './target-backend.js';

/** Runs a transaction that writes `k` and a record, and then does `last`. */
function writeBoth(
  { target, audit, write }: SharedBackend,
  condition: RecordCondition,
  last: (isWritten: boolean) => Promise<void> = () => Promise.resolve(),
): Promise<TransactionOutcome> {
  return target.transaction(changeRun(), async (handles, tx) => {
    await write(handles, 'k', 'v');
    await last(await audit.records.write(aRecord({ value: 'inside' }), condition, tx));
  });
}

/** A change and a record in one transaction. */
export const RECORD_TRANSACTION_CHECKS: ContractChecks<SharedBackend> = {
  'commits a record with the effect, which creates, replaces and removes it': async (backend) => {
    await backend.audit.claimHead(holdOf(1));
    const { records } = await backend.secondAudit();
    for (const condition of [{ ifVersion: 0 }, { ifVersion: 1, hold: holdOf(1) }]) {
      assertCommitted(await writeBoth(backend, condition, async (isWritten) => assert.ok(isWritten)));
      assert.equal((await records.read(aRecord()))?.version, condition.ifVersion + 1);
    }
    assert.equal(await backend.read('k'), 'v');
    const { audit, target } = backend;
    const outcome = await target.transaction(changeRun(), async (_handles, tx) => {
      assert.ok(await audit.records.remove(aRecord(), { ifVersion: 2, hold: holdOf(1) }, tx));
    });
    assertCommitted(outcome);
    assert.equal(await records.read(aRecord()), undefined);
  },

  'takes a record back with the effect when work throws': async (backend) => {
    await backend.audit.claimHead(holdOf(1));
    for (const condition of [{ ifVersion: 0 }, { ifVersion: 0, hold: holdOf(1) }]) {
      const outcome = await writeBoth(backend, condition, () => Promise.reject(new ChangeFailure()));
      assert.equal(outcome.status, 'rolled-back');
      assert.equal(await backend.read('k'), undefined);
      assert.equal(await backend.audit.records.read(aRecord()), undefined);
    }
  },

  'commits the rest where a record has another version': async (backend) => {
    await backend.audit.claimHead(holdOf(1));
    await backend.audit.records.write(aRecord(), { ifVersion: 0 });
    for (const ifVersion of [0, 2]) {
      const told = async (isWritten: boolean) => assert.equal(isWritten, false);
      assertCommitted(await writeBoth(backend, { ifVersion, hold: holdOf(1) }, told));
    }
    assert.equal(await backend.read('k'), 'v');
    assert.equal((await backend.audit.records.read(aRecord()))?.value, aRecord().value);
  },

  'takes the effect back when a record is written for a former holder': async (backend) => {
    await backend.audit.claimHead(holdOf(1));
    await (await backend.secondAudit()).claimHead(holdOf(2));
    assertFencedOff(await writeBoth(backend, { ifVersion: 0, hold: holdOf(1) }));
    assert.equal(await backend.read('k'), undefined);
    assert.equal(await backend.audit.records.read(aRecord()), undefined);
  },

  'lets history go on beside records': async (backend) => {
    await backend.audit.claimHead(holdOf(1));
    assertCommitted(await writeBoth(backend, { ifVersion: 0, hold: holdOf(1) }));
    const [entry] = await writeHistory(backend.audit, 1, {});
    assert.equal(entry?.seq, 1);
  },
};
