import { auditEntry } from '../contract/audit-entry.builder.js';
import { CrashPoint } from './crash-point.js';
import { InMemoryAuditStore } from './in-memory-audit.store.js';
import { InMemoryDatabase } from './in-memory-database.js';
import { holdOf } from '../contract/lock-hold.builder.js';

async function record(database: InMemoryDatabase): Promise<void> {
  const store = new InMemoryAuditStore(database);
  await store.claimHead(holdOf(1));
  await store.append({ hold: holdOf(1), entries: [auditEntry()] });
}

describe('CrashPoint', () => {
  it('kills a process at each of its messages in turn, before or after they took effect', async () => {
    const seen: unknown[] = [];
    let died = true;
    for (let at = 0; died; at += 1) {
      const database = new InMemoryDatabase();
      const crash = new CrashPoint(at);
      died = await crash.kills(record(database.connect(crash.network)));
      const head = await new InMemoryAuditStore(database).readHead('inventory');
      seen.push([died, head?.seq]);
    }
    expect(seen).toEqual([
      [true, undefined],
      [true, 0],
      [true, 0],
      [true, 1],
      [false, 1],
    ]);
  });

  it('tells which messages arrived', async () => {
    const crash = new CrashPoint(3);
    await crash.kills(record(new InMemoryDatabase().connect(crash.network)));
    expect(crash.arrived).toEqual([
      { statement: 'claimHead', leg: 'request' },
      { statement: 'claimHead', leg: 'answer' },
      { statement: 'append', leg: 'request' },
    ]);
  });

  it('lets nothing pass after the process has died', async () => {
    const crash = new CrashPoint(0);
    const database = new InMemoryDatabase();
    expect(await crash.kills(record(database.connect(crash.network)))).toBe(true);
    expect(await crash.kills(record(database.connect(crash.network)))).toBe(true);
    expect(crash.arrived).toEqual([]);
    expect(await new InMemoryAuditStore(database).readHead('inventory')).toBeUndefined();
  });

  it('rejects as the work does', async () => {
    await expect(new CrashPoint(0).kills(Promise.reject(new TypeError('mine')))).rejects.toThrow('mine');
  });
});
