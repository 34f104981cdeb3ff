import { InMemoryAuditStore, InMemoryDatabase, ManualRuntime } from '@nestjs-flamingock/testing';
import { entryHash } from '../audit/audit-chain.js';
import type { AuditEntry } from '../audit/audit-entry.js';
import { GENESIS_HASH } from '../audit/chain.js';
import { AuditStoreUnavailableError } from '../audit/audit.errors.js';
import { aChange } from '../fixtures/changes.js';
import { anEngine } from '../fixtures/engines.js';
import { failureOf, openRun, passing, SERVICE } from '../fixtures/runs.js';
import { Wire } from '../fixtures/wire.js';
import { subjectOf } from '../executor/change-executor.js';
import { auditExport } from './audit-export.js';
import { auditVerify } from './audit-verify.js';
import { execute } from './execute.js';

let runtime: ManualRuntime;
let database: InMemoryDatabase;
let wire: Wire;

beforeEach(async () => {
  runtime = new ManualRuntime();
  database = new InMemoryDatabase({ now: runtime.wallMs });
  wire = new Wire();
  await passing(runtime, execute(engine(), new AbortController().signal));
});

/** Changes a, b and c: entries 1 to 6. */
const engine = () =>
  anEngine({
    store: new InMemoryAuditStore(database.connect(wire.carry)),
    runtime,
    changes: ['a', 'b', 'c'].map((id, index) => aChange({ id, order: `000${index}` })),
  });
const exported = async () => {
  const entries: AuditEntry[] = [];
  for await (const entry of auditExport(engine())) entries.push(entry);
  return entries;
};

/** Does to the rows what somebody with access to the database could. */
async function tamper(edit: (entries: AuditEntry[]) => readonly AuditEntry[]): Promise<void> {
  await database.write('tamper', ({ entries }) => {
    entries.set(SERVICE, edit([...(entries.get(SERVICE) ?? [])]));
  });
}
const rehashed = (entry: AuditEntry): AuditEntry => ({ ...entry, hash: entryHash(entry) });
const edited =
  (fields: Partial<AuditEntry>, at = 2) =>
  (entries: AuditEntry[]) =>
    entries.map((entry) => (entry.seq === at ? { ...entry, ...fields } : entry));

describe('auditVerify', () => {
  it('finds nothing wrong with a history that is unchanged, and tells its head', async () => {
    const last = (await exported()).at(-1);
    expect(await auditVerify(engine())).toEqual({
      ok: true,
      entries: 6,
      head: { seq: 6, hash: last?.hash },
      accepted: [],
      decisions: 0,
    });
  });

  it('finds nothing wrong with a history that was begun and has no entries', async () => {
    database = new InMemoryDatabase();
    await openRun(new InMemoryAuditStore(database), runtime);
    expect(await auditVerify(engine())).toEqual({
      ok: true,
      entries: 0,
      head: { seq: 0, hash: GENESIS_HASH },
      accepted: [],
      decisions: 0,
    });
  });

  it.each([undefined, { expectHead: { seq: 3, hash: 'f'.repeat(64) } }])(
    'does not take a history that is not there for a verified one, and tells what was looked for (%j)',
    async (request) => {
      database = new InMemoryDatabase();
      const { store, ...rest } = engine();
      store.describe = () => Promise.resolve('table "audit_heads" of database "shop"');
      expect(await auditVerify({ store, ...rest }, request)).toEqual({
        ok: false,
        absent: true,
        seq: 0,
        fault: `there is no history of service "${SERVICE}" in table "audit_heads" of database "shop"`,
      });
    },
  );

  it.each(['state', 'author', 'createdAt', 'hostname', 'durationMs', 'metadata', 'executionId'] as const)(
    'finds an entry whose %s was edited',
    async (field) => {
      await tamper((entries) => edited({ [field]: field === 'metadata' ? { by: 'eve' } : 'eve' })(entries));
      expect(await auditVerify(engine())).toEqual({
        ok: false,
        seq: 2,
        changeId: 'a',
        fault: 'content does not match its hash',
      });
    },
  );

  it('finds an entry that was edited and hashed again, by the one after it', async () => {
    await tamper((entries) =>
      entries.map((one) => (one.seq === 2 ? rehashed({ ...one, author: 'eve' }) : one)),
    );
    expect(await auditVerify(engine())).toMatchObject({
      ok: false,
      seq: 3,
      changeId: 'b',
      fault: expect.stringMatching(/^does not follow entry 2/),
    });
  });

  it('finds the last entry edited and hashed again, by the head', async () => {
    await tamper((entries) =>
      entries.map((one) => (one.seq === 6 ? rehashed({ ...one, author: 'eve' }) : one)),
    );
    expect(await auditVerify(engine())).toMatchObject({
      ok: false,
      seq: 6,
      fault: expect.stringMatching(/head/),
    });
  });

  it.each([
    [[1], 1, 'is missing'],
    [[3], 3, 'is missing'],
    [[3, 4], 3, 'and all up to entry 4 are missing'],
    [[6], 6, 'is missing, though the head of the history names entry 6'],
    [[4, 5, 6], 4, 'and all up to entry 6 are missing, though the head of the history names entry 6'],
  ])('finds entries %j removed', async (removed, seq, fault) => {
    await tamper((entries) => entries.filter((entry) => !removed.includes(entry.seq)));
    expect(await auditVerify(engine())).toEqual({ ok: false, seq, fault });
  });

  it('finds an entry inserted in the middle', async () => {
    await tamper((entries) => [
      ...entries.slice(0, 2),
      rehashed({ ...entries[1]!, author: 'eve' }),
      ...entries.slice(2),
    ]);
    expect(await auditVerify(engine())).toMatchObject({
      ok: false,
      seq: 2,
      fault: expect.stringMatching(/twice/),
    });
  });

  it('finds an entry added after the head', async () => {
    await tamper((entries) => {
      const last = entries.at(-1)!;
      return [...entries, rehashed({ ...last, seq: 7, prevHash: last.hash, state: 'ROLLED_BACK' })];
    });
    expect(await auditVerify(engine())).toMatchObject({
      ok: false,
      seq: 7,
      changeId: 'c',
      fault: 'is beyond the head, which names entry 6',
    });
  });

  it('finds two entries swapped, renumbered or not', async () => {
    await tamper(([one, two, three, ...rest]) => [one!, three!, two!, ...rest]);
    expect(await auditVerify(engine())).toMatchObject({ ok: false, seq: 2 });
    await tamper(([one, three, two, ...rest]) => [one!, { ...three!, seq: 2 }, { ...two!, seq: 3 }, ...rest]);
    expect(await auditVerify(engine())).toMatchObject({
      ok: false,
      seq: 2,
      fault: expect.stringMatching(/hash/),
    });
  });

  it('finds a head that is missing, and one that was put back', async () => {
    await database.write(
      'tamper',
      ({ heads }) => void heads.set(SERVICE, { ...heads.get(SERVICE)!, seq: 5 }),
    );
    expect(await auditVerify(engine())).toMatchObject({ ok: false, fault: expect.stringMatching(/head/) });
    await database.write('tamper', ({ heads }) => void heads.delete(SERVICE));
    expect(await auditVerify(engine())).toMatchObject({
      ok: false,
      seq: 6,
      fault: expect.stringMatching(/missing/),
    });
  });

  it('finds a history that was rewritten whole, by a head that was kept elsewhere', async () => {
    const [, , third] = await exported();
    const expectHead = { seq: third!.seq, hash: third!.hash };
    expect(await auditVerify(engine(), { expectHead })).toMatchObject({ ok: true, entries: 6 });
    expect(await auditVerify(engine(), { expectHead: { seq: 3, hash: 'f'.repeat(64) } })).toMatchObject({
      ok: false,
      seq: 3,
      changeId: 'b',
      fault: expect.stringMatching(/kept elsewhere.*rewritten/),
    });
    expect(await auditVerify(engine(), { expectHead: { seq: 9, hash: third!.hash } })).toMatchObject({
      ok: false,
      seq: 7,
      fault: expect.stringMatching(/missing, though the head that was kept elsewhere names entry 9/),
    });
  });

  it('takes entries that are appended during the walk for what they are', async () => {
    wire.meet('readHistory', 'request', async () => {
      const run = await openRun(new InMemoryAuditStore(database), runtime);
      await run.journal.append(subjectOf(aChange({ id: 'd' }), 'NON_TX'), {
        state: 'STARTED',
        at: run.journal.now(),
      });
    });
    expect(await auditVerify(engine())).toMatchObject({ ok: true, entries: 7 });
  });

  it('takes a holder that claims the head during the walk for one to whom the lock gave its token', async () => {
    wire.meet('readHead', 'request', () => Promise.resolve());
    wire.meet('readHead', 'request', async () => {
      await openRun(new InMemoryAuditStore(database), runtime);
    });
    expect(await auditVerify(engine())).toMatchObject({ ok: true, entries: 6 });
  });

  it.each(['readHead', 'readHistory'])(
    'says that the store cannot be used where %s fails',
    async (statement) => {
      wire.lose(statement, 'request');
      expect(await failureOf(auditVerify(engine()))).toBeInstanceOf(AuditStoreUnavailableError);
    },
  );
});

describe('auditExport', () => {
  it('yields every entry in order', async () => {
    expect((await exported()).map(({ seq, changeId }) => `${seq} ${changeId}`)).toEqual([
      '1 a',
      '2 a',
      '3 b',
      '4 b',
      '5 c',
      '6 c',
    ]);
  });

  it('takes no more from the store than is asked for, and lets it go', async () => {
    const events: string[] = [];
    const store = new InMemoryAuditStore(database);
    const entries = await exported();
    store.readHistory = async function* () {
      try {
        for (const entry of entries) {
          events.push(`read ${entry.seq}`);
          yield entry;
        }
      } finally {
        events.push('closed');
      }
    };
    for await (const { seq } of auditExport({ ...engine(), store })) if (seq === 2) break;
    expect(events).toEqual(['read 1', 'read 2', 'closed']);
  });
});
