import { auditEntry } from '@nestjs-flamingock/testing';
import { appliedOrder } from './applied-order.js';
import type { AuditEntry } from './audit-entry.js';
import type { AuditState } from './audit-state.js';
import { RENAME_ID } from './renaming.js';

async function* history(...steps: readonly (readonly [string, AuditState])[]): AsyncIterable<AuditEntry> {
  let seq = 0;
  for (const [changeId, state] of steps) {
    seq += 1;
    yield auditEntry({ changeId, state, seq });
  }
}

describe('appliedOrder', () => {
  it('has the changes that are applied, in the order in which they were, each with its place', async () => {
    const order = await appliedOrder(
      history(['b', 'STARTED'], ['b', 'EXECUTED'], ['a', 'MANUAL_MARKED_AS_EXECUTED'], ['c', 'STARTED']),
    );
    expect([...order]).toEqual([
      ['b', 2],
      ['a', 3],
    ]);
  });

  it('has changes alone, and no entry about the name of the service', async () => {
    expect([...(await appliedOrder(history([RENAME_ID, 'EXECUTED'], ['a', 'EXECUTED'])))]).toEqual([
      ['a', 2],
    ]);
  });

  it.each(['ROLLED_BACK', 'MANUAL_MARKED_AS_ROLLED_BACK'] as const)(
    'has a change that is %s no more, and again from when it is applied anew',
    async (state) => {
      const gone = [
        ['a', 'EXECUTED'],
        ['b', 'EXECUTED'],
        ['a', state],
      ] as const;
      expect([...(await appliedOrder(history(...gone)))]).toEqual([['b', 2]]);
      expect([...(await appliedOrder(history(...gone, ['a', 'EXECUTED'])))]).toEqual([
        ['b', 2],
        ['a', 4],
      ]);
    },
  );

  it('leaves a change in its place whose undo failed', async () => {
    const order = await appliedOrder(
      history(['a', 'EXECUTED'], ['b', 'EXECUTED'], ['a', 'ROLLBACK_FAILED'], ['a', 'EXECUTED']),
    );
    expect([...order]).toEqual([
      ['a', 1],
      ['b', 2],
    ]);
  });
});
