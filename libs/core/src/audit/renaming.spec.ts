import { auditEntry } from '@nestjs-flamingock/testing';
import type { AuditEntry } from './audit-entry.js';
import { createSnapshot } from './audit-snapshot.js';
import { changesOf, isRename, RENAME_ID, RENAME_SUBJECT, renamingOf } from './renaming.js';

const CHANGE = auditEntry({ changeId: 'a', metadata: { to: 'x', from: 'y' } });
const rename = (fields: Partial<AuditEntry>) => auditEntry({ ...RENAME_SUBJECT, ...fields, seq: 2 });
const said = (fields: Partial<AuditEntry>) => renamingOf(createSnapshot([CHANGE, rename(fields)]));

describe('what a history says about the name of its service', () => {
  it('is nothing where the service was never renamed', () => {
    expect(renamingOf(createSnapshot([CHANGE]))).toBeUndefined();
  });

  it('is the name under which it goes on', () => {
    expect(said({ metadata: { to: 'shop' } })).toEqual({ status: 'closed', to: 'shop' });
  });

  it('is the name of which it is a copy, and whether all of that is there', () => {
    expect(said({ state: 'STARTED', metadata: { from: 'default' } })).toEqual({
      status: 'unfinished',
      from: 'default',
    });
    expect(said({ state: 'EXECUTED', metadata: { from: 'default' } })).toEqual({
      status: 'finished',
      from: 'default',
    });
  });

  it('is an empty name where the entry does not say it', () => {
    expect(said({ metadata: {} })).toEqual({ status: 'finished', from: '' });
  });
});

describe('an entry about the name of a service', () => {
  it('is about no change: no change can have its id', () => {
    expect(RENAME_ID).toMatch(/\t/);
    expect([isRename(rename({})), isRename(CHANGE)]).toEqual([true, false]);
    expect(changesOf(createSnapshot([rename({}), CHANGE]))).toEqual([CHANGE]);
  });

  it('has a dash for each fact about a change, and claims no target system', () => {
    expect(RENAME_SUBJECT).toEqual({
      changeId: RENAME_ID,
      stage: '-',
      order: '-',
      author: '-',
      className: '-',
      targetSystem: 'audit store',
      txStrategy: 'NON_TX',
      recoveryStrategy: 'MANUAL_INTERVENTION',
      transactional: false,
    });
  });
});
