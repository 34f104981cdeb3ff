import { mongo } from 'mongoose';
import type { TestDatabase } from '../../support/test-database.js';
import { present, type Stored } from './stored-history.js';
import { all, editHead, remove, type Tampering, type Victim } from './victim.js';
import { OTHER_VALUES, type Alterations } from './alterations.js';

const { Decimal128, ObjectId, UUID } = mongo.BSON;

/** What a document may have in place of a text, a number or a null, and reads like it. */
export const OTHER_TYPES: Alterations = (value) => {
  const nothing = [undefined, [value]];
  if (value === null) return [...nothing, NaN, false, 0];
  if (typeof value === 'boolean') return [...nothing, Number(value), String(value), null];
  if (typeof value === 'number') {
    return [...nothing, String(value), Decimal128.fromString(String(value)), new Date(value), NaN, null];
  }
  const text = value as string;
  const date = new Date(text);
  return [
    ...nothing,
    null,
    new mongo.BSON.Binary(Buffer.from(text)),
    ...(UUID.isValid(text) ? [new UUID(text)] : []),
    ...(ObjectId.isValid(text) ? [new ObjectId(text)] : []),
    ...(Number.isNaN(date.getTime()) ? [] : [date]),
  ];
};

/** What MongoDB has besides: entries without a place, and entries that are still pending in the head. */
export function pendingSuite<T extends TestDatabase>(victim: () => Victim<T>): void {
  const documents = () => victim().written.entries;
  /** As if the process had died between the write of the head and that of the last two entries. */
  const pending = (edit: (documents: Stored[]) => unknown): Tampering =>
    all(remove(9, 10), editHead({ pending: edit(documents().slice(8).map(present)) }));
  const added =
    (document: Stored): Tampering =>
    ({ entries, head }) => ({ head, entries: [...entries, document] });
  const forgery = (fields: Stored) => present({ ...documents()[9], changeId: 'pending', ...fields });

  it('finds nothing wrong with entries that are pending, inserted or not', async () => {
    const whole = { ok: true, entries: 10 };
    expect(await victim().after(pending((two) => two))).toMatchObject(whole);
    expect(await victim().after(editHead({ pending: documents().slice(8) }))).toMatchObject(whole);
  });

  it('finds every other value in every field of a pending entry, and names the entry', async () => {
    const missed: unknown[] = [];
    for (const field of victim().namesIn('entries')) {
      for (const other of [
        ...OTHER_VALUES(documents()[9]?.[field]),
        ...OTHER_TYPES(documents()[9]?.[field]),
      ]) {
        const edited = pending(([first, last]) => [first, present({ ...last, [field]: other })]);
        const found = await victim().after(edited);
        const isNamed =
          !found.ok && (found.seq === 10 || found.fault.startsWith('has an invalid sequence number'));
        if (!isNamed) missed.push({ field, other, found });
      }
    }
    expect(missed).toEqual([]);
  });

  it('finds pending entries removed, swapped or put in', async () => {
    expect(await victim().after(pending(([first]) => [first]))).toMatchObject({ ok: false, seq: 10 });
    expect(await victim().after(pending(([, last]) => [last]))).toMatchObject({ ok: false, seq: 9 });
    expect(await victim().after(pending(() => []))).toMatchObject({ ok: false, seq: 9 });
    expect(await victim().after(pending(([first, last]) => [last, first]))).toMatchObject({
      ok: false,
      seq: 9,
    });
    expect(await victim().after(pending((two) => [...two, forgery({ seq: 11 })]))).toMatchObject({
      ok: false,
      seq: 11,
    });
  });

  it.each([3, 10])('finds another entry pending at place %d, which is taken', async (seq) => {
    const forged = editHead({ pending: [forgery({ seq })] });
    expect(await victim().after(forged)).toMatchObject({ ok: false, seq, changeId: 'pending' });
  });

  it.each<[unknown]>([[null], ['x'], [5], [{}], [[null]], [['x']], [[{}]]])(
    'finds something pending that is no entry: %j',
    async (what) => {
      const found = await victim().after(editHead({ pending: what }));
      // Nothing pending, and nothing there, are the same.
      expect(found).toMatchObject({ ok: what === null });
    },
  );

  it.each<[string, Stored]>([
    ['a text', { seq: 'zzz' }],
    ['a date', { seq: new Date() }],
    ['no place', { seq: undefined }],
    ['null', { seq: null }],
    ['NaN', { seq: NaN }],
    ['a fraction', { seq: 2.5 }],
    ['a negative number', { seq: -1 }],
  ])(
    'finds an entry whose place is %s, in the collection or pending, and no start goes by it',
    async (_what, fields) => {
      const fault = {
        ok: false,
        changeId: 'pending',
        fault: expect.stringMatching(/invalid sequence number/),
      };
      expect(await victim().after(editHead({ pending: [forgery(fields)] }))).toMatchObject(fault);
      expect(await victim().after(all(added(forgery(fields)), editHead({ settled: null })))).toMatchObject(
        fault,
      );
      await expect(victim().start()).rejects.toThrow('was altered');
    },
  );
}
