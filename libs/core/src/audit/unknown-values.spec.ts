import { auditEntry } from '@nestjs-flamingock/testing';
import { unknownValue } from './unknown-values.js';

const said = (fields: Record<string, string>) => unknownValue(auditEntry(fields));

describe('unknownValue', () => {
  it.each([
    'STARTED',
    'EXECUTED',
    'EXECUTION_FAILED',
    'ROLLED_BACK',
    'ROLLBACK_FAILED',
    'MANUAL_MARKED_AS_EXECUTED',
    'MANUAL_MARKED_AS_ROLLED_BACK',
  ])('knows state %s', (state) => {
    expect(said({ state })).toBeUndefined();
  });

  it.each(['EXECUTE', 'UNDO', 'FIX', 'RECONCILE', 'IMPORT', 'FORGET'])('knows operation %s', (operation) => {
    expect(said({ operation })).toBeUndefined();
  });

  it.each(['NON_TX', 'TX_SHARED', 'TX_SEPARATE'])('knows transaction strategy %s', (txStrategy) => {
    expect(said({ txStrategy })).toBeUndefined();
  });

  it('names the word of a newer version, and what it is', () => {
    expect(said({ state: 'VERIFIED' })).toBe('state "VERIFIED"');
    expect(said({ operation: 'APPROVE' })).toBe('operation "APPROVE"');
    expect(said({ txStrategy: 'SAGA' })).toBe('transaction strategy "SAGA"');
  });

  it('takes no name that every object has for a word', () => {
    expect(said({ state: 'toString' })).toBe('state "toString"');
  });
});
