import assert from 'node:assert/strict';
import { ChangeEndedError } from '@nestjs-flamingock/core';
import type {
  GroupingTargetSystem,
  Handles,
  MemberOutcome,
  TransactionGroup,
  TransactionOutcome,
} from '@nestjs-flamingock/core/adapter';
import { everythingOf, historyOf } from './audit-backend.js';
import { auditEntries } from './audit-entry.builder.js';
import type { ContractChecks } from './contract-case.js';
import { holdOf } from './lock-hold.builder.js';
import { assertCommitted, ChangeFailure, changeRun, type SharedBackend } from './target-backend.js';

/** A target system whose changes can share a commit, with the audit store that has its resource. */
export interface GroupBackend extends SharedBackend {
  readonly target: GroupingTargetSystem;
}

function inGroup(
  { target }: GroupBackend,
  work: (group: TransactionGroup) => Promise<void>,
): Promise<TransactionOutcome> {
  return target.transactionGroup(changeRun({ changeId: 'first' }), work);
}

/** Runs a change of the group that writes `key`, and then does `last`. */
function runPart(
  { write }: GroupBackend,
  group: TransactionGroup,
  key: string,
  last: (handles: Handles) => Promise<void> = () => Promise.resolve(),
): Promise<MemberOutcome> {
  return group.run(changeRun({ changeId: key }), async (handles) => {
    await write(handles, key, 'v');
    await last(handles);
  });
}

const fails = (): Promise<void> => Promise.reject(new ChangeFailure());

/** Several changes in one transaction of a target system. */
export const TARGET_GROUP_CHECKS: ContractChecks<GroupBackend> = {
  'commits what all changes of a group did, with their entries': async (backend) => {
    const { audit, read } = backend;
    await audit.claimHead(holdOf(1));
    const entries = auditEntries(undefined, { changeId: 'a' }, { changeId: 'b' });
    const outcome = await inGroup(backend, async (group) => {
      for (const key of ['a', 'b']) assert.deepEqual(await runPart(backend, group, key), { status: 'done' });
      await audit.append({ hold: holdOf(1), entries }, group.transaction);
    });
    assertCommitted(outcome);
    assert.deepEqual([await read('a'), await read('b')], ['v', 'v']);
    assert.deepEqual(await historyOf(await backend.secondAudit()), entries);
  },

  'takes back a change of a group that fails, and keeps the others': async (backend) => {
    const outcome = await inGroup(backend, async (group) => {
      await runPart(backend, group, 'a');
      const failed = await runPart(backend, group, 'b', fails);
      assert.equal(failed.status, 'rolled-back');
      assert.ok(failed.error instanceof ChangeFailure);
    });
    assertCommitted(outcome);
    assert.deepEqual([await backend.read('a'), await backend.read('b')], ['v', undefined]);
  },

  'keeps nothing of a group that fails, nor of its entries': async (backend) => {
    const { audit } = backend;
    await audit.claimHead(holdOf(1));
    const before = await everythingOf(audit);
    const outcome = await inGroup(backend, async (group) => {
      await runPart(backend, group, 'a');
      await audit.append({ hold: holdOf(1), entries: auditEntries(undefined, {}) }, group.transaction);
      await fails();
    });
    assert.equal(outcome.status, 'rolled-back');
    assert.equal(await backend.read('a'), undefined);
    assert.deepEqual(await everythingOf(audit), before);
  },

  'shows a change what those before it in the group did': async (backend) => {
    const outcome = await inGroup(backend, async (group) => {
      await runPart(backend, group, 'a');
      await runPart(backend, group, 'a');
    });
    assertCommitted(outcome);
    assert.equal(await backend.read('a'), 'v');
  },

  'refuses a statement of a change that has ended while the next one of its group runs': async (backend) => {
    let late: Handles = new Map();
    const outcome = await inGroup(backend, async (group) => {
      await runPart(backend, group, 'a', async (handles) => {
        late = handles;
      });
      await runPart(backend, group, 'b', async () => {
        await assert.rejects(backend.write(late, 'late', 'v'), ChangeEndedError);
      });
    });
    assertCommitted(outcome);
    assert.equal(await backend.read('late'), undefined);
  },

  'keeps nothing of what a change that failed had on its way': async (backend) => {
    const outcome = await inGroup(backend, async (group) => {
      await runPart(backend, group, 'a');
      await runPart(backend, group, 'b', async (handles) => {
        backend.write(handles, 'forgotten', 'v').catch(() => undefined);
        await fails();
      });
    });
    assertCommitted(outcome);
    assert.deepEqual([await backend.read('a'), await backend.read('forgotten')], ['v', undefined]);
  },
};
