import { ForeignTransactionError } from '@nestjs-flamingock/core';
import type { ChangeRun } from '@nestjs-flamingock/core/adapter';
import { auditEntry } from '../contract/audit-entry.builder.js';
import { InMemoryAuditStore } from './in-memory-audit.store.js';
import { InMemoryDatabase, type InMemoryNetwork } from './in-memory-database.js';
import { InMemoryTable } from './in-memory-table.js';
import { InMemoryTargetSystem } from './in-memory-target-system.js';
import { holdOf } from '../contract/lock-hold.builder.js';

const CHANGE: ChangeRun = {
  service: 'inventory',
  changeId: 'add-category',
  executionId: 'one',
  operation: 'EXECUTE',
};

function losing(statement: string, leg: 'request' | 'answer'): InMemoryNetwork {
  return async (sent, at) => {
    if (sent === statement && at === leg) throw new TypeError('connection lost');
  };
}

describe('InMemoryDatabase', () => {
  it('does not know whether a commit took effect when its request or its answer is lost', async () => {
    for (const leg of ['request', 'answer'] as const) {
      const database = new InMemoryDatabase({ network: losing('commit', leg) });
      const target = new InMemoryTargetSystem('inventory-db', database);
      const outcome = await target.transaction(CHANGE, async (handles) => {
        await (handles.get(InMemoryTable) as InMemoryTable).set('k', 'v');
      });
      expect(outcome.status).toBe('unknown');
      expect(await target.table.get('k')).toBe(leg === 'answer' ? 'v' : undefined);
    }
  });

  it('keeps an entry whose answer is lost', async () => {
    const store = new InMemoryAuditStore(new InMemoryDatabase({ network: losing('append', 'answer') }));
    await store.claimHead(holdOf(1));
    const batch = { hold: holdOf(1), entries: [auditEntry()] as const };
    await expect(store.append(batch)).rejects.toThrow('connection lost');
    expect(await store.readSnapshot('inventory')).toEqual(batch.entries);
  });

  it('shows a change its own writes before anybody else sees them', async () => {
    const target = new InMemoryTargetSystem('inventory-db');
    await target.table.set('old', { price: 1 });
    await target.transaction(CHANGE, async (handles) => {
      const table = handles.get(InMemoryTable) as InMemoryTable;
      await table.set('new', [1, 2]);
      await table.delete('old');
      expect(await table.entries()).toEqual([['new', [1, 2]]]);
      expect(await target.table.entries()).toEqual([['old', { price: 1 }]]);
    });
    expect(await target.table.entries()).toEqual([['new', [1, 2]]]);
  });

  it('keeps its rows from later changes to the objects that were put in or taken out', async () => {
    const { table } = new InMemoryTargetSystem('inventory-db');
    const given = { tags: ['a'] };
    await table.set('k', given);
    given.tags.push('b');
    ((await table.get('k')) as typeof given).tags.push('c');
    expect(await table.get('k')).toEqual({ tags: ['a'] });
  });

  it('refuses the transaction of another database', async () => {
    const target = new InMemoryTargetSystem('inventory-db');
    const store = new InMemoryAuditStore();
    const outcome = await target.transaction(CHANGE, (_handles, tx) =>
      store.append({ hold: holdOf(1), entries: [auditEntry()] }, tx),
    );
    expect(outcome.status === 'rolled-back' && outcome.error).toBeInstanceOf(ForeignTransactionError);
  });
});
