import { auditEntry } from '@nestjs-flamingock/testing';
import type { AuditEntry } from './audit-entry.js';
import { createSnapshot } from './audit-snapshot.js';
import { appliedLegacy, importedFrom, importFactsOf, isLegacy, isTakenBack, legacyId } from './legacy.js';

const FACTS = { tool: 'knex', name: 'init.js', appliedAt: '2024-01-31', checksum: 'abc' };
const imported = (fields: Partial<AuditEntry> = {}): AuditEntry =>
  auditEntry({
    changeId: 'init.js@shop-db',
    targetSystem: 'shop-db',
    state: 'EXECUTED',
    operation: 'IMPORT',
    metadata: { ...FACTS, by: 'ann' },
    ...fields,
  });

describe('what an entry says of the tool whose history it comes from', () => {
  it('is told of imports and baselines only', () => {
    expect(importFactsOf(imported())).toEqual(FACTS);
    expect(importFactsOf(imported({ operation: 'FIX' }))).toEqual({});
    expect(importFactsOf(imported({ metadata: { name: 'init.js' } }))).toEqual({});
  });

  it.each(['name', 'appliedAt', 'checksum'])('has no %s where the tool keeps none', (key) => {
    const { [key as keyof typeof FACTS]: _, ...others } = FACTS;
    expect(Object.keys(importFactsOf(imported({ metadata: others })))).toEqual(Object.keys(others));
  });

  it('is repeated without who has imported it', () => {
    expect(importedFrom(imported())).toEqual(FACTS);
  });
});

describe('a migration that is no change of the code', () => {
  it('is known by its name and its target system', () => {
    expect(legacyId('init.js', 'shop-db')).toBe('init.js@shop-db');
    expect(isLegacy(imported())).toBe(true);
    expect(isLegacy(imported({ changeId: 'create-tables' }))).toBe(false);
    expect(isLegacy(imported({ targetSystem: 'other-db' }))).toBe(false);
    expect(isLegacy(imported({ metadata: { tool: 'baseline' }, changeId: 'undefined@shop-db' }))).toBe(false);
  });

  it.each([
    ['EXECUTED', true],
    ['ROLLED_BACK', false],
  ] as const)('that is %s is found as applied: %s', (state, isFound) => {
    const entry = imported({ state });
    expect(appliedLegacy(createSnapshot([entry]), 'init.js', 'shop-db')).toBe(isFound ? entry : undefined);
  });

  it('is not found under the name of something else', () => {
    const snapshot = createSnapshot([imported({ operation: 'EXECUTE' })]);
    expect(appliedLegacy(snapshot, 'init.js', 'shop-db')).toBeUndefined();
    expect(appliedLegacy(snapshot, 'other.js', 'shop-db')).toBeUndefined();
  });
});

it('an import that was taken back is as if there had been none', () => {
  expect(isTakenBack(imported({ state: 'ROLLED_BACK' }))).toBe(true);
  expect(isTakenBack(imported())).toBe(false);
  expect(isTakenBack(imported({ state: 'ROLLED_BACK', operation: 'UNDO' }))).toBe(false);
});
