import { fixCommand } from './commands.js';
import { guidanceFor, type IssueFacts } from './guidance.js';

const issue = (fields: Partial<IssueFacts> = {}): string =>
  guidanceFor({
    changeId: 'publish "all"',
    className: 'Publish',
    targetSystem: 'files',
    state: 'STARTED',
    operation: 'EXECUTE',
    txStrategy: 'NON_TX',
    hasRollback: false,
    rollbackRan: false,
    runsAgain: false,
    inCode: true,
    ...fields,
  }).join('\n');

describe('guidanceFor', () => {
  it('names target system, class and change, and both answers, where a person must decide', () => {
    const text = issue();
    expect(text).toContain('"files"');
    expect(text).toContain('class Publish');
    expect(text).toContain(fixCommand('publish "all"', 'EXECUTED'));
    expect(text).toContain(fixCommand('publish "all"', 'ROLLED_BACK'));
  });

  it('asks for no decision where the change runs again', () => {
    for (const state of ['ROLLED_BACK', 'EXECUTION_FAILED', 'ROLLBACK_FAILED'] as const) {
      const text = issue({ state, runsAgain: true });
      expect(text).toMatch(/Start the application again/);
      expect(text).not.toMatch(/audit fix/);
    }
  });

  it('says whether something of the change may be left', () => {
    expect(issue({ state: 'ROLLED_BACK', runsAgain: true })).toMatch(/Nothing of it is left/);
    expect(issue({ state: 'EXECUTION_FAILED', runsAgain: true })).toMatch(/Part of it may be/);
  });

  it.each<readonly [string, Partial<IssueFacts>, RegExp]>([
    ['a start without an end', {}, /done nothing, part or all/],
    ['no rollback method', { state: 'EXECUTION_FAILED' }, /has no rollback method/],
    ['one without an end', { state: 'EXECUTION_FAILED', hasRollback: true }, /No end of its rollback method/],
    [
      'one that failed',
      { state: 'ROLLBACK_FAILED', hasRollback: true, rollbackRan: true },
      /so did its rollback/,
    ],
    [
      'a broken transaction',
      { state: 'EXECUTION_FAILED', txStrategy: 'TX_SHARED' },
      /may have been committed/,
    ],
    ['a marker nobody can read', { txStrategy: 'TX_SEPARATE' }, /only target system "files" has the marker/],
    [
      'a part that the target proves',
      { state: 'EXECUTION_FAILED', txStrategy: 'TX_SEPARATE', isPartly: true },
      /proves that part of it is there/,
    ],
    ['an undo without an end', { operation: 'UNDO' }, /undo was started, and nothing says/],
    ['an undo that failed', { operation: 'UNDO', state: 'ROLLBACK_FAILED' }, /called to undo it, and failed/],
  ])('tells what is known about %s', (_what, facts, text) => {
    expect(issue(facts)).toMatch(text);
  });

  it('turns the answers round for an undo: all taken back is rolled back', () => {
    const text = issue({ changeId: 'a', operation: 'UNDO' });
    expect(text).toMatch(/All of it was taken back: \S.*--resolution ROLLED_BACK/);
    expect(text).toMatch(/Nothing of it was taken back: \S.*--resolution EXECUTED/);
  });

  it('lets an undo that its database took back be tried again', () => {
    const text = issue({ operation: 'UNDO', state: 'EXECUTED', runsAgain: true });
    expect(text).toMatch(/still executed[^]*Undo it again/);
  });

  it('repeats the beginning of the error, and what the author says', () => {
    const text = issue({ error: `disk full\nat line 1`, hint: 'Look for half a file in /feed.' });
    expect(text).toMatch(/disk full\n/);
    expect(text).not.toContain('at line 1');
    expect(text).toContain('Look for half a file in /feed.');
    expect(issue({ error: 'x'.repeat(4_000) }).length).toBeLessThan(1_500);
  });

  it('promises no run of a change that the code no longer has', () => {
    expect(issue({ inCode: false })).toMatch(/code no longer has it/);
  });
});
