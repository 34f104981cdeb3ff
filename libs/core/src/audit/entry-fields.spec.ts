import { auditEntry } from '@nestjs-flamingock/testing';
import { entryHash } from './audit-chain.js';
import type { AuditEntry } from './audit-entry.js';
import { HISTORY_FORMAT } from './audit-head.js';
import { Chain } from './chain.js';
import { ENTRY_FIELDS } from './entry-fields.js';

/** An entry as it may become. */
interface LaterEntry extends AuditEntry {
  readonly actor?: string | null;
}
const LATER = new Chain<LaterEntry>(
  [...ENTRY_FIELDS, { name: 'actor', kind: 'text', since: HISTORY_FORMAT + 1, optional: true }],
  'entry',
);
const ENTRY = auditEntry({ error: 'TypeError: x', metadata: { by: 'ann' } });

describe('the fields of an entry', () => {
  it('are those that an entry has', () => {
    expect(ENTRY_FIELDS.map(({ name }) => name).sort()).toEqual(Object.keys(ENTRY).sort());
  });

  it('are no younger than the format that shuts earlier versions out', () => {
    for (const { since } of ENTRY_FIELDS) expect(since).toBeLessThanOrEqual(HISTORY_FORMAT);
  });

  it('are optional where they are younger than the first format, whose entries do not have them', () => {
    for (const { since, optional } of ENTRY_FIELDS) expect(since === 1 || optional).toBe(true);
  });
});

describe('a field that a later version adds', () => {
  it.each([ENTRY, { ...ENTRY, actor: null }, { ...ENTRY, actor: undefined } as unknown as LaterEntry])(
    'leaves version and hash of an entry without it: %#',
    (entry) => {
      expect(LATER.versionOf(entry)).toBe(1);
      expect(LATER.hashOf(entry)).toBe(entryHash(ENTRY));
      expect(LATER.isIntact(entry)).toBe(true);
    },
  );

  it('gives an entry that fills it another version and another hash', () => {
    const entry = { ...ENTRY, actor: 'ann' };
    expect(LATER.versionOf(entry)).toBe(HISTORY_FORMAT + 1);
    expect(LATER.hashOf(entry)).not.toBe(entryHash(ENTRY));
    expect(LATER.hashOf({ ...ENTRY, actor: '' })).not.toBe(entryHash(ENTRY));
  });

  it.each([null, '', 'bob'])('tells an entry whose value was replaced by %j', (actor) => {
    const written: LaterEntry = { ...ENTRY, actor: 'ann', hash: LATER.hashOf({ ...ENTRY, actor: 'ann' }) };
    expect(LATER.isIntact(written)).toBe(true);
    expect(LATER.isIntact({ ...written, actor })).toBe(false);
  });

  it('tells an entry that was given a value, and one that lost the field', () => {
    expect(LATER.isIntact({ ...ENTRY, actor: 'ann' })).toBe(false);
    const { actor: _, ...without } = { ...ENTRY, actor: 'ann' };
    expect(LATER.isIntact({ ...without, hash: LATER.hashOf({ ...ENTRY, actor: 'ann' }) })).toBe(false);
  });
});
