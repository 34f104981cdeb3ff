import { auditEntry } from '@nestjs-flamingock/testing';
import { operationOf, standingFor, standsFor } from './imported.js';

const ORIGINAL = auditEntry({ service: 'default', seq: 7, operation: 'UNDO' });
const COPY = auditEntry({ operation: 'IMPORT', metadata: standingFor(ORIGINAL) });

describe('an entry that stands for one of another history', () => {
  it('says where that is, and what was being done then', () => {
    const { hash } = ORIGINAL;
    expect(COPY.metadata).toEqual({ service: 'default', seq: '7', hash, operation: 'UNDO' });
    expect(operationOf(COPY)).toBe('UNDO');
  });

  it('says it, too, of one that itself stood for another', () => {
    expect(operationOf(auditEntry({ operation: 'IMPORT', metadata: standingFor(COPY) }))).toBe('UNDO');
  });

  it('stands for that one alone', () => {
    expect(standsFor(COPY, ORIGINAL)).toBe(true);
    expect(standsFor(COPY, auditEntry({ service: 'default' }))).toBe(false);
    expect(standsFor(COPY, { ...ORIGINAL, service: 'other' })).toBe(false);
    expect(standsFor(undefined, ORIGINAL)).toBe(false);
  });
});

describe('operationOf', () => {
  it('is what any other entry says, whatever its metadata is', () => {
    expect(operationOf(ORIGINAL)).toBe('UNDO');
    expect(operationOf(auditEntry({ operation: 'FIX', metadata: { operation: 'UNDO' } }))).toBe('FIX');
  });

  it('is an import where nothing more is said', () => {
    expect(operationOf(auditEntry({ operation: 'IMPORT' }))).toBe('IMPORT');
  });
});
