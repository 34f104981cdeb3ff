import type { AuditEntry, ChainEnd } from '@nestjs-flamingock/core';
import { chainEntries, GENESIS_HASH } from '@nestjs-flamingock/core/adapter';
import type { CreateDatabase, TestDatabase } from '../../support/test-database.js';
import type { Alterations } from './alterations.js';
import { rehashed, replayed, rewrittenFrom, settledAt, unsettled } from './forgery.js';
import type { HistoryAccess } from './stored-history.js';
import { all, editEntry, editHead, putIn, remove, Victim, type Tampering } from './victim.js';

/** JSON that means the same as that of metadata. */
const SAME_METADATA = [
  '{"by": "ann","reason":"it is out"}',
  '{"by":"\\u0061nn","reason":"it is out"}',
  '{"by":"eve","by":"ann","reason":"it is out"}',
  '{"by":"ann","reason":"it is out"}\n',
];

/** The entry with metadata, and one with an error. */
export const FIXED = 6;
export const FAILED = 4;

/** What verification finds, whatever the store; `altered`: the entries of which every column is altered. */
export function tamperingSuite<T extends TestDatabase>(
  create: CreateDatabase<T>,
  accessTo: (database: T) => HistoryAccess,
  alterations: Alterations,
  altered: readonly number[] = [1, FAILED, FIXED, 10],
): () => Victim<T> {
  let victim: Victim<T>;
  let expectHead: ChainEnd;
  beforeAll(async () => {
    victim = await Victim.open(create, accessTo);
    expectHead = { seq: victim.last.seq, hash: victim.last.hash };
  });
  afterAll(() => victim.close());

  it('finds nothing wrong with an unchanged history', async () => {
    const found = await victim.after((history) => history, { expectHead });
    expect(found).toEqual({ ok: true, entries: 10, head: expectHead, accepted: [], decisions: 0 });
    expect(victim.entries[FIXED - 1]?.metadata).toEqual({ by: 'ann', reason: 'it is out' });
    expect(victim.entries[FAILED - 1]?.error).toContain('no half of publish');
  });

  it.each(altered)('finds every other value in every column of entry %d, and names it', async (seq) => {
    const fields = victim.namesIn('entries');
    expect(fields).toHaveLength(22);
    const missed: unknown[] = [];
    for (const field of fields) {
      const value = victim.written.entries[seq - 1]?.[field];
      for (const other of alterations(value)) {
        // The database itself keeps two entries from having one place.
        if (field === 'seq' && Number.isInteger(other) && Number(other) > 0) continue;
        const found = await victim.after(editEntry(seq, { [field]: other }));
        if (found.ok || !isAbout(found, seq, victim.entries)) missed.push({ seq, field, other, found });
      }
    }
    expect(missed).toEqual([]);
  });

  it.each(SAME_METADATA)('finds metadata written otherwise: %j', async (metadata) => {
    expect(await victim.after(editEntry(FIXED, { metadata }))).toMatchObject({
      ok: false,
      seq: FIXED,
      changeId: 'publish',
      fault: 'content does not match its hash',
    });
  });

  it.each(['{"by":', '[]', '""', 'null', ''])('finds metadata that is none: %j', async (metadata) => {
    const found = await victim.after(editEntry(FIXED, { metadata }));
    expect(found).toMatchObject({ ok: false, seq: FIXED, fault: 'content does not match its hash' });
  });

  it('finds an entry that was edited and hashed anew, by what follows it', async () => {
    for (const entry of victim.entries) {
      const forged = rehashed(entry, { author: 'eve' });
      const found = await victim.after(editEntry(entry.seq, victim.forged(forged)));
      const [seq, fault] =
        entry.seq === 10
          ? [10, /is not the entry that the head of the history names/]
          : [entry.seq + 1, /^does not follow/];
      expect(found).toMatchObject({ ok: false, seq, fault: expect.stringMatching(fault) });
    }
  });

  it('finds each entry that was removed', async () => {
    for (const { seq } of victim.entries) {
      expect(await victim.after(remove(seq))).toMatchObject({
        ok: false,
        seq,
        fault: expect.stringMatching(/missing/),
      });
    }
  });

  it.each([1, 2, 5, 9, 10])('finds the last %d entries cut off', async (count) => {
    const cut = victim.entries.slice(-count).map(({ seq }) => seq);
    expect(await victim.after(remove(...cut))).toMatchObject({
      ok: false,
      seq: 11 - count,
      fault: expect.stringMatching(/missing, though the head/),
    });
  });

  it('finds any two entries that were swapped', async () => {
    for (const one of [1, 3, 6, 9]) {
      for (const other of [one + 1, 10]) {
        const swapped = all(
          editEntry(one, { seq: 99 }),
          editEntry(other, { seq: one }),
          editEntry(99, { seq: other }),
        );
        expect(await victim.after(swapped)).toMatchObject({ ok: false, seq: one });
      }
    }
  });

  it('finds an entry put in between, what follows moved up', async () => {
    for (const at of [1, 5, 10]) {
      const moved: Tampering = ({ entries, head }) => ({
        head,
        entries: entries.map((entry) =>
          Number(entry['seq']) < at ? entry : { ...entry, seq: Number(entry['seq']) + 1 },
        ),
      });
      const forged = { ...victim.forged(rehashed(victim.entries[at - 1]!, { author: 'eve' })), seq: at };
      const found = await victim.after((history) => putIn(at, forged)(moved(history)));
      expect(found).toMatchObject({ ok: false });
      expect([at, at + 1]).toContain(found.ok ? 0 : found.seq);
    }
  });

  it('finds an entry put behind the last, chained to it', async () => {
    const [forged] = chainEntries(expectHead, [
      { record: { ...victim.last, state: 'ROLLED_BACK' }, createdAt: '' },
    ]);
    expect(
      await victim.after(putIn(10, { ...victim.forged(forged!), created_at: '', createdAt: '' })),
    ).toMatchObject({
      ok: false,
      seq: 11,
    });
  });

  it('finds an entry put where none can stand, and no start goes by it', async () => {
    for (const seq of [0, -1, -(2 ** 53)]) {
      const forged = victim.forged(rehashed(victim.last, { changeId: 'pending', seq }));
      expect(await victim.after(putIn(10, forged))).toMatchObject({
        ok: false,
        changeId: 'pending',
        fault: expect.stringMatching(/invalid sequence number/),
      });
    }
  });

  it('does not let a start go by an edited entry', async () => {
    await victim.after(all(editEntry(10, { state: 'STARTED' }), unsettled));
    await expect(victim.start()).rejects.toThrow('The audit history of service "e2e" was altered: entry 10');
  });

  it('finds a head that is not the one of the last entry', async () => {
    const missed: unknown[] = [];
    for (const field of ['token', 'seq', 'hash', 'service', '_id']) {
      if (!victim.namesIn('head').includes(field)) continue;
      for (const other of alterations(victim.written.head?.[field])) {
        if (field === 'token' && Number(other) < Number(victim.written.head?.['token'])) continue;
        const found = await victim.after(editHead({ [field]: other }));
        if (found.ok) missed.push({ field, other });
      }
    }
    expect(missed).toEqual([]);
  });

  it('finds a head that is gone', async () => {
    expect(await victim.after(({ entries }) => ({ entries, head: undefined }))).toMatchObject({
      ok: false,
      seq: 10,
    });
  });

  it('finds an older head put back above all entries', async () => {
    const { seq, hash } = victim.entries[7]!;
    expect(await victim.after(editHead({ seq, hash }))).toMatchObject({
      ok: false,
      seq: 10,
      fault: 'is beyond the head, which names entry 8',
    });
  });

  it('finds a head that says falsely that nothing is left to do', async () => {
    expect(await victim.after(all(replayed(victim.entries[7]!), settledAt(8)))).toMatchObject({
      ok: false,
      seq: 8,
      fault: expect.stringMatching(/nothing is left to do, and "last-notes" is/),
    });
    expect(await victim.after(all(replayed({ seq: 0, hash: GENESIS_HASH }), settledAt(0)))).toMatchObject({
      ok: false,
      fault: expect.stringMatching(/nothing is left to do, and "first-notes" is/),
    });
  });

  it.each([1, 2, 6, 10])(
    'takes an older state of all of it for what it was, %d entries less, unless a head was kept elsewhere',
    async (less) => {
      const { seq, hash } = victim.entries[9 - less] ?? { seq: 0, hash: GENESIS_HASH };
      const older = all(replayed({ seq, hash }), unsettled);
      expect(await victim.after(older)).toEqual({
        ok: true,
        entries: seq,
        head: { seq, hash },
        accepted: [],
        decisions: 0,
      });
      expect(await victim.after(older, { expectHead })).toMatchObject({
        ok: false,
        seq: seq + 1,
        fault: expect.stringMatching(/missing, though the head that was kept elsewhere names entry 10/),
      });
    },
  );

  it.each([1, 6, 10])(
    'takes a history that was rewritten whole from entry %d on for a history, unless a head was kept elsewhere',
    async (from) => {
      const forged = rewrittenFrom(from, victim.entries);
      const rewriting = all(
        ...forged.map((entry) => editEntry(entry.seq, victim.forged(entry))),
        editHead({ seq: 10, hash: forged.at(-1)!.hash }),
      );
      expect(await victim.after(rewriting)).toMatchObject({ ok: true, entries: 10 });
      expect(await victim.after(rewriting, { expectHead })).toMatchObject({
        ok: false,
        seq: 10,
        fault: 'is not the entry that the head that was kept elsewhere names: the history was rewritten',
      });
      const kept = { seq: from, hash: victim.entries[from - 1]!.hash };
      expect(await victim.after(rewriting, { expectHead: kept })).toMatchObject({ ok: false, seq: from });
    },
  );

  return () => victim;
}

/** The fault names the entry; one that was moved leaves its place, or stands where none can. */
function isAbout(
  fault: { readonly seq: number; readonly changeId?: string; readonly fault: string },
  seq: number,
  entries: readonly AuditEntry[],
): boolean {
  if (fault.fault.startsWith('has an invalid sequence number'))
    return fault.changeId === entries[seq - 1]?.changeId;
  return fault.seq === seq;
}
