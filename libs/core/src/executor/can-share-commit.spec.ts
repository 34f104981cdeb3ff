import { InMemoryAuditStore, InMemoryDatabase, InMemoryTargetSystem } from '@nestjs-flamingock/testing';
import type { ChangeDescriptor } from '../change/change-descriptor.js';
import { aChange, changeMethod, FILES } from '../fixtures/changes.js';
import { canShareCommit } from './group-executor.js';

describe('canShareCommit', () => {
  const target = new InMemoryTargetSystem('inventory-db', new InMemoryDatabase());
  const method = changeMethod(() => Promise.resolve());
  const can = (fields: Partial<ChangeDescriptor> = {}) =>
    canShareCommit(
      aChange({
        target,
        transactional: true,
        execution: { ...method, staysInTransaction: () => true },
        ...fields,
      }),
      new InMemoryAuditStore(target.resource),
    );

  it('is true for a change whose history is in its own database', () => {
    expect(can()).toBe(true);
  });

  it('is false for one that is given more, asks to be alone, is in no transaction, or whose history is elsewhere', () => {
    expect(can({ execution: { ...method, staysInTransaction: () => false } })).toBe(false);
    expect(can({ execution: method })).toBe(false);
    expect(can({ commit: 'own' })).toBe(false);
    expect(can({ transactional: false })).toBe(false);
    expect(can({ target: FILES })).toBe(false);
    expect(can({ target: new InMemoryTargetSystem('other', new InMemoryDatabase()) })).toBe(false);
  });

  it('is false where its target system cannot roll back one of several', () => {
    expect(can({ target: Object.assign(Object.create(target), { transactionGroup: undefined }) })).toBe(
      false,
    );
  });
});
