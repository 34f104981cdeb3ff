import { auditEntry } from '@nestjs-flamingock/testing';
import type { AuditEntry } from '../audit/audit-entry.js';
import { createSnapshot, type AuditSnapshot } from '../audit/audit-snapshot.js';
import type { Marker } from '../target-system/target-system.js';
import {
  claimedBy,
  claimOf,
  isBehind,
  lostChanges,
  lostFrom,
  recordedClaim,
  settledUnder,
} from './lost-writes.js';

/** The end of an execution of change `changeId` in the target system `db`, which it had claimed with `token`. */
const ended = (changeId: string, token: number, fields: Partial<AuditEntry> = {}): AuditEntry =>
  auditEntry({
    changeId,
    targetSystem: 'db',
    txStrategy: 'TX_SEPARATE',
    executionId: 'run',
    metadata: claimedBy(token),
    ...fields,
  });
const history = (...entries: readonly AuditEntry[]): AuditSnapshot =>
  createSnapshot(entries.map((entry, index) => ({ ...entry, seq: index + 1 })));
const marker = (changeId: string, token: number, fields: Partial<Marker> = {}): Marker => ({
  service: 'inventory',
  changeId,
  executionId: 'run',
  operation: 'EXECUTE',
  token,
  owner: 'holder',
  ...fields,
});
const fence = (token: number) => ({ token, owner: 'holder' });

describe('claimOf', () => {
  it('reads the token from an entry whose execution had claimed its target system', () => {
    expect(claimOf(ended('a', 7))).toBe(7);
    expect(claimOf(ended('a', 7, { state: 'STARTED' }))).toBe(7);
  });

  it.each<Partial<AuditEntry>>([{ txStrategy: 'TX_SHARED' }, { txStrategy: 'NON_TX' }, { operation: 'FIX' }])(
    'finds none where no transaction of the target itself was begun: %o',
    (fields) => {
      expect(claimOf(ended('a', 7, fields))).toBe(0);
    },
  );

  it('takes an execution without a token for one of a version that claimed its target without telling', () => {
    expect(claimOf(ended('a', 7, { metadata: {} }))).toBe(1);
  });

  it('takes nothing else without a token for a claim', () => {
    expect(claimOf(ended('a', 7, { metadata: {}, state: 'STARTED' }))).toBe(0);
    expect(claimOf(ended('a', 7, { metadata: {}, operation: 'IMPORT' }))).toBe(0);
  });
});

describe('recordedClaim', () => {
  it('is the highest token of the target system, whichever change it is of', () => {
    expect(recordedClaim(history(ended('a', 2), ended('b', 5), ended('c', 3)), 'db')).toBe(5);
  });

  it('takes no claim of another target system for its own', () => {
    expect(recordedClaim(history(ended('a', 5, { targetSystem: 'other' })), 'db')).toBe(0);
  });
});

describe('isBehind', () => {
  it('finds a target behind history that was claimed with a lower token, or that has forgotten every claim', () => {
    expect(isBehind(fence(4), 5)).toBe(true);
    expect(isBehind(undefined, 1)).toBe(true);
  });

  it('finds none behind that knows the last claim or a later one, or that nobody has claimed', () => {
    expect(isBehind(fence(5), 5)).toBe(false);
    expect(isBehind(fence(6), 5)).toBe(false);
    expect(isBehind(undefined, 0)).toBe(false);
  });
});

describe('lostFrom', () => {
  it('is the place of the first entry whose claim the target does not know', () => {
    const entries = history(ended('a', 1), ended('b', 2), ended('c', 3), ended('d', 4));
    expect(lostFrom([...entries.values()].reverse(), 2)).toBe(3);
  });

  it('is beyond every place where the target knows all claims', () => {
    expect(lostFrom([ended('a', 2)], 2)).toBe(Infinity);
  });
});

describe('settledUnder', () => {
  const undone = { operation: 'UNDO', state: 'ROLLED_BACK' } as const;

  it('names what was executed or undone under the claim', () => {
    expect(settledUnder(fence(3), 'db', history(ended('a', 3), ended('b', 3, undone)))).toEqual(['a', 'b']);
  });

  it('names nothing of another claim or of another target system', () => {
    const entries = history(ended('a', 2), ended('b', 4), ended('c', 3, { targetSystem: 'other' }));
    expect(settledUnder(fence(3), 'db', entries)).toEqual([]);
  });

  it.each<Partial<AuditEntry>>([
    { state: 'STARTED' },
    { state: 'ROLLED_BACK' },
    { operation: 'UNDO', state: 'EXECUTED' },
    { operation: 'RECONCILE', state: 'EXECUTED' },
    { operation: 'IMPORT', state: 'EXECUTED' },
  ])('names nothing that has left no marker: %o', (fields) => {
    expect(settledUnder(fence(3), 'db', history(ended('a', 3, fields)))).toEqual([]);
  });

  it('names nothing where nobody has claimed the target', () => {
    expect(settledUnder(undefined, 'db', history(ended('a', 3)))).toEqual([]);
  });
});

describe('lostChanges', () => {
  it('finds nothing where each end has its marker and each marker its end', () => {
    expect(lostChanges('db', fence(3), [marker('a', 3)], history(ended('a', 3)))).toBeUndefined();
    expect(lostChanges('db', undefined, [], history())).toBeUndefined();
  });

  it('finds the audit store behind where a marker is of a change that history does not know', () => {
    expect(lostChanges('db', fence(3), [marker('a', 3), marker('b', 3)], history(ended('a', 3)))).toEqual({
      targetSystem: 'db',
      lostBy: 'audit-store',
      recorded: 3,
      found: 3,
      changeIds: ['b'],
    });
  });

  it.each<readonly [string, Marker, AuditEntry]>([
    ['later than the last entry', marker('a', 4), ended('a', 3)],
    ['of another execution under the same claim', marker('a', 3, { executionId: 'other' }), ended('a', 3)],
    ['of an undo that is not recorded', marker('a', 3, { operation: 'UNDO' }), ended('a', 3)],
  ])('finds the audit store behind where a marker is %s', (_what, kept, entry) => {
    expect(lostChanges('db', fence(4), [kept], history(entry))).toMatchObject({
      lostBy: 'audit-store',
      changeIds: ['a'],
    });
  });

  it.each<readonly [string, AuditEntry]>([
    ['a later run has recorded the end of', ended('a', 4)],
    ['an operator has decided about since', ended('a', 0, { operation: 'FIX', metadata: {} })],
    ['its own execution has not yet recorded the end of', ended('a', 3, { state: 'STARTED' })],
  ])('takes a marker for known that %s', (_what, entry) => {
    expect(lostChanges('db', fence(3), [marker('a', 3)], history(entry))).toBeUndefined();
  });

  it('finds the target behind where the end of a change under its last claim has no marker', () => {
    expect(lostChanges('db', fence(3), [marker('a', 3)], history(ended('a', 3), ended('b', 3)))).toEqual({
      targetSystem: 'db',
      lostBy: 'target-system',
      recorded: 3,
      found: 3,
      changeIds: ['b'],
    });
  });

  it('takes the marker of an earlier claim for no proof of what history says of the last one', () => {
    expect(lostChanges('db', fence(3), [marker('a', 2)], history(ended('a', 3)))).toMatchObject({
      lostBy: 'target-system',
      changeIds: ['a'],
    });
  });

  it('asks for no marker of earlier claims, which the last one has cleared', () => {
    expect(lostChanges('db', fence(3), [], history(ended('a', 2)))).toBeUndefined();
  });

  it('goes by the marker where both have lost something', () => {
    expect(lostChanges('db', fence(3), [marker('b', 3)], history(ended('a', 3)))).toMatchObject({
      lostBy: 'audit-store',
      changeIds: ['b'],
    });
  });

  it('says that nothing was found in a target that knows no claim', () => {
    expect(lostChanges('db', undefined, [marker('a', 1)], history())).toMatchObject({
      recorded: 0,
      found: 0,
    });
  });
});
