import assert from 'node:assert/strict';
import type { DecisionRecord } from '@nestjs-flamingock/core';
import { DecisionLedger, type AuditStore, type NewDecision } from '@nestjs-flamingock/core/adapter';
import { preparedContract, SERVICE, type AuditBackend } from './audit-backend.js';
import { HOSTILE_IDS, several, type ContractCase, type ContractChecks } from './contract-case.js';

const WRITERS = 6;

/** A comment of a human: `fields` over plausible values. */
function aDecision(fields: Partial<NewDecision> = {}): NewDecision {
  const actor = { kind: 'human', name: 'ann', via: 'cli' } as const;
  const said = { changeId: 'publish', about: 'issue:3:ab', reason: 'looking', details: {} };
  return { kind: 'comment', actor, ...said, ...fields };
}

async function decisionsOf(store: AuditStore, service = SERVICE): Promise<DecisionRecord[]> {
  const decisions: DecisionRecord[] = [];
  for await (const decision of new DecisionLedger(store, service).read()) decisions.push(decision);
  return decisions;
}

const CHECKS: ContractChecks<AuditBackend> = {
  'shows decisions to every connection, in order and with the time of the store': async ({
    store,
    second,
  }) => {
    const before = await store.now();
    const ledger = new DecisionLedger(store, SERVICE);
    const first = await ledger.append(aDecision());
    const next = await ledger.append(aDecision({ kind: 'assign', reason: null, details: { assignee: 'b' } }));
    assert.deepEqual(await decisionsOf(await second()), [first, next]);
    assert.deepEqual([first.seq, next.seq, next.prevHash], [1, 2, first.hash]);
    assert.ok(Date.parse(first.createdAt) >= before, `${first.createdAt} before ${before}`);
  },

  'gives each of several writers at once a place of its own': async ({ store, second }) => {
    const stores = [store, ...(await several(WRITERS - 1, second))];
    const written = await Promise.all(
      stores.map((each, index) =>
        new DecisionLedger(each, SERVICE).append(aDecision({ reason: `from ${index}` })),
      ),
    );
    const decisions = await decisionsOf(store);
    assert.deepEqual(
      decisions.map(({ seq }) => seq),
      stores.map((_, index) => index + 1),
    );
    const bySeq = [...written].sort((one, other) => one.seq - other.seq);
    assert.deepEqual(decisions, bySeq);
  },

  'keeps hostile names and texts as they are, and services apart': async ({ store }) => {
    for (const name of HOSTILE_IDS) {
      const ledger = new DecisionLedger(store, name);
      const actor = { kind: 'ci', name } as const;
      await ledger.append(aDecision({ changeId: name, actor, reason: name, details: { [name]: name } }));
      const [decision, ...others] = await decisionsOf(store, name);
      assert.deepEqual(
        [decision?.changeId, decision?.actorName, decision?.reason, decision?.details],
        [name, name, name, { [name]: name }],
      );
      assert.deepEqual([decision?.via, others], [null, []]);
    }
  },

  'goes on beyond a page of the store': async ({ store }) => {
    const ledger = new DecisionLedger(store, SERVICE);
    for (let count = 0; count < 103; count++) await ledger.append(aDecision({ reason: `note ${count}` }));
    const decisions = await decisionsOf(store);
    assert.equal(decisions.length, 103);
    assert.equal(decisions.at(-1)?.reason, 'note 102');
  },

  'finds a decision that was edited, and one that is missing': async ({ store }) => {
    const ledger = new DecisionLedger(store, SERVICE);
    for (const reason of ['one', 'two', 'three']) await ledger.append(aDecision({ reason }));
    const key = { service: SERVICE, kind: 'decision', key: '000000000002' };
    const record = await store.records.read(key);
    assert.ok(record);
    const { value } = record;
    await store.records.write({ ...key, value: value.replace('two', '2') }, { ifVersion: 1 });
    await assert.rejects(decisionsOf(store), { code: 'FLAMINGOCK_LEDGER_TAMPERED', seq: 2 });
    await store.records.write({ ...key, value }, { ifVersion: 2 });
    assert.equal((await decisionsOf(store)).length, 3);
    await store.records.remove({ ...key, key: '000000000003' }, { ifVersion: 1 });
    await assert.rejects(decisionsOf(store), { code: 'FLAMINGOCK_LEDGER_TAMPERED', seq: 3 });
  },
};

/** Every promise of the ledger of decisions, which the records of the audit store that `open` gives have to bear. */
export function decisionLedgerContract(open: () => Promise<AuditBackend>): ContractCase[] {
  return preparedContract(open, CHECKS);
}
