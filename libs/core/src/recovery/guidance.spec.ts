import { fixCommand } from '../errors/commands.js';
import { emptyTransactionStep, guidanceFor, type IssueFacts } from './guidance.js';

const steps = (fields: Partial<IssueFacts> = {}): string[] =>
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
  });
const issue = (fields: Partial<IssueFacts> = {}): string => steps(fields).join('\n');

describe('guidanceFor', () => {
  it('names target system, class and change, and both answers, where an operator must decide', () => {
    const text = issue();
    expect(text).toContain('"files"');
    expect(text).toContain('class Publish');
    expect(text).toContain(fixCommand('publish "all"', 'EXECUTED'));
    expect(text).toContain(fixCommand('publish "all"', 'ROLLED_BACK'));
  });

  it('asks how much took effect, or was taken back, then has it recorded, and started again', () => {
    expect(steps()).toEqual([
      expect.stringContaining('(class Publish) took effect? '),
      expect.stringMatching(/^All of it: \S.*EXECUTED/),
      expect.stringMatching(/^Nothing of it: \S.*the next start runs it again$/),
      expect.stringMatching(/^Part of it: complete it or take it back/),
      'Start the application again.',
    ]);
    expect(steps({ operation: 'UNDO' })[0]).toContain('(class Publish) did its undo take back? ');
  });

  it('adds what was recorded and what the author says before the answers', () => {
    const all = steps({ error: 'disk full', hint: 'Look into /feed.' });
    expect(all.slice(1, 3)).toEqual([
      'Take the recorded error for a hint how far it got: disk full',
      'Its author says: Look into /feed.',
    ]);
    expect(all).toHaveLength(7);
  });

  it('does not repeat an error that says no more than the verdict', () => {
    const error = 'UnsettledByVerifyError: The @Verify() of change "publish" says "partial"';
    expect(steps({ verdict: 'partial', error })).toHaveLength(5);
    expect(steps({ verdict: 'unknown', error })).toHaveLength(6);
  });

  it('takes an error without a text for none', () => {
    expect(steps({ error: '' })).toEqual(steps());
    expect(steps({ error: null })).toEqual(steps());
  });

  it('asks for no decision where the change runs again', () => {
    for (const state of ['ROLLED_BACK', 'EXECUTION_FAILED', 'ROLLBACK_FAILED'] as const) {
      const text = issue({ state, runsAgain: true });
      expect(text).toMatch(/Start the application again/);
      expect(text).not.toMatch(/audit fix/);
    }
  });

  it('says whether something of the change may be left', () => {
    expect(issue({ state: 'EXECUTION_FAILED', runsAgain: true })).toMatch(/Part of it may be/);
    expect(issue({ state: 'ROLLED_BACK', runsAgain: true })).toMatch(/Its rollback method has taken it back/);
    expect(issue({ state: 'ROLLED_BACK', runsAgain: true, isUnbegun: true })).toMatch(/It did not run/);
  });

  it.each(['EXECUTE', 'UNDO'] as const)('claims of a transaction only what it held: %s', (operation) => {
    const state = operation === 'UNDO' ? 'EXECUTED' : 'ROLLED_BACK';
    for (const txStrategy of ['TX_SHARED', 'TX_SEPARATE'] as const) {
      const text = issue({ state, operation, txStrategy, runsAgain: true });
      expect(text).toMatch(/nothing of what it held is left.*What went past it.*is not taken back/);
      const empty = issue({ state, operation, txStrategy, runsAgain: true, wasEmpty: true });
      expect(empty).toMatch(/held nothing: all that it did in target system "files" went past it/);
      expect(empty).not.toMatch(/is left/);
    }
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
      { state: 'EXECUTION_FAILED', txStrategy: 'TX_SEPARATE', hasPartialEffect: true },
      /proves that part of it is there/,
    ],
    [
      'a rollback method that the code no longer has',
      { state: 'EXECUTION_FAILED', inCode: false },
      /rollback method was not called/,
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

  it.each<Partial<IssueFacts>>([{ isUnbegun: true, txStrategy: 'TX_SHARED' }, { txStrategy: 'NON_TX' }])(
    'says of an undo that did not begin that the change is still executed: %o',
    (facts) => {
      const [first] = steps({ operation: 'UNDO', state: 'EXECUTED', runsAgain: true, ...facts });
      expect(first).toBe('Its rollback method was not called: the change is still executed. Fix the cause.');
    },
  );

  it('repeats the beginning of the error, and what the author says', () => {
    const text = issue({ error: `disk full\nat line 1`, hint: 'Look for half a file in /feed.' });
    expect(text).toMatch(/disk full\n/);
    expect(text).not.toContain('at line 1');
    expect(text).toContain('Look for half a file in /feed.');
    expect(issue({ error: 'x'.repeat(300) })).toMatch(/: x{300}\n/);
    expect(issue({ error: 'x'.repeat(301) })).toMatch(/: x{300}…\n/);
  });

  it('promises no run of a change that the code no longer has', () => {
    expect(issue({ inCode: false })).toMatch(/code no longer has it/);
  });
});

describe('emptyTransactionStep', () => {
  it('says where to look, and how to write such a change, where its transaction held nothing of it', () => {
    expect(emptyTransactionStep('files')).toMatch(
      /^Its transaction held nothing: .*"files" went past it, .* Look there; write through .* lends, or declare .*transactional: false\.$/,
    );
  });
});
