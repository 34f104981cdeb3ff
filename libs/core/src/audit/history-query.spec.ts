import { auditEntry } from '@nestjs-flamingock/testing';
import { isAsked, type HistoryQuery } from './history-query.js';

describe('isAsked', () => {
  it.each<readonly [HistoryQuery, boolean]>([
    [{}, true],
    [{ changeId: 'a' }, true],
    [{ changeId: 'b' }, false],
    [{ after: 4 }, true],
    [{ after: 5 }, false],
    [{ before: 6 }, true],
    [{ before: 5 }, false],
    [{ changeId: 'a', after: 4, before: 6 }, true],
    [{ changeId: 'b', after: 4, before: 6 }, false],
    [{ after: 5, before: 9 }, false],
    [{ after: 1, before: 5 }, false],
    [{ after: 0, before: 0 }, false],
  ])('entry 5, of change a, for %j: %s', (query, asked) => {
    expect(isAsked(auditEntry({ changeId: 'a', seq: 5 }), query)).toBe(asked);
  });
});
