import { aChange, changeMethod, FILES } from '../fixtures/changes.js';
import { playbookFaults, playbookReferenceFaults } from './playbook-faults.js';
import type { Playbook } from './playbook.js';

const PLAYBOOK: Playbook = {
  name: 'feed-away',
  when: { target: 'files', code: 'ECONNRESET' },
  then: 'retry',
  atMost: 2,
  reason: 'uploads are whole or not there',
};

describe('playbooks by themselves', () => {
  it('are in order', () => {
    expect(playbookFaults([])).toEqual([]);
    const other: Playbook = { ...PLAYBOOK, name: 'later', when: { target: 'files' }, then: 'undo' };
    expect(playbookFaults([PLAYBOOK, other])).toEqual([]);
  });

  it.each<[string, object, RegExp]>([
    ['a name', { name: ' ' }, /resolutions\[0\]: name must be a text of 1 to/],
    ['an action', { then: 'delete' }, /then must be one of 'retry', .*, not "delete"/],
    ['a number', { atMost: 0 }, /atMost must be a whole number from 1, not 0/],
    ['a reason', { reason: ' ' }, /reason must be a text .* not " "/],
    ['a condition', { when: {} }, /when must have at least one of 'target', /],
    ['conditions', { when: 'always' }, /when takes its options as an object, not "always"/],
    ['a known condition', { when: { targt: 'files' } }, /when has no option "targt": did you mean target\?/],
    ['a known field', { than: 'retry' }, /has no option "than": did you mean then/],
    ['a state of an issue', { when: { state: 'EXECUTED' } }, /when\.state must be one of 'STARTED', /],
    [
      'an open verdict',
      { when: { verdict: 'not-applied' } },
      /when\.verdict must be one of 'partial', 'unknown'/,
    ],
    ['a text', { when: { code: 7 } }, /when\.code must be a text .* not 7/],
    [
      'an action that does not contradict the verdict',
      { when: { verdict: 'partial' }, then: 'mark-executed' },
      /then must not be "mark-executed" when the verdict is 'partial'/,
    ],
  ])('need %s', (_, fields, fault) => {
    expect(playbookFaults([{ ...PLAYBOOK, ...fields }])).toEqual(
      expect.arrayContaining([expect.stringMatching(fault)]),
    );
  });

  it.each([['x'], [{}], [undefined]])('are a list, and not %p', (playbooks) => {
    expect(playbookFaults(playbooks)).toEqual([expect.stringContaining('must be a list of playbooks')]);
  });

  it('are told of with all their faults at once', () => {
    expect(playbookFaults([{}, 'text'])).toHaveLength(6);
  });

  it('have names of their own, and no two are for the same issues', () => {
    const contrary: Playbook = { ...PLAYBOOK, then: 'mark-executed' };
    expect(playbookFaults([PLAYBOOK, contrary])).toEqual([
      expect.stringContaining('is there twice'),
      expect.stringContaining('is for the same issues as "feed-away"'),
    ]);
  });

  it('are not covered by one that comes before', () => {
    const wide: Playbook = { ...PLAYBOOK, name: 'wide', when: { target: 'files' } };
    expect(playbookFaults([wide, PLAYBOOK])).toEqual([
      'resolutions "feed-away" never acts: "wide", which comes first, is for all of its issues. Put it before that one',
    ]);
  });
});

describe('playbooks for the changes that there are', () => {
  const change = aChange({ rollback: changeMethod(() => undefined, 'rollback') });
  const faults = (...playbooks: Partial<Playbook>[]) =>
    playbookReferenceFaults(
      playbooks.map((fields) => ({ ...PLAYBOOK, ...fields })),
      [change, aChange({ id: 'warm' })],
      [FILES.id, 'db'],
      [{ id: 'broken', order: '9', stage: 'main', className: 'Broken' }],
    ).map(({ where, problem, remedy }) => `${where}: ${problem}. ${remedy}`);

  it('are in order where all of that is there, be it faulty', () => {
    expect(faults({}, { when: { change: 'broken' } }, { when: { change: 'publish' }, then: 'undo' })).toEqual(
      [],
    );
  });

  it.each<[string, Partial<Playbook>, RegExp]>([
    ['change', { when: { change: 'pubish' } }, /no change "pubish"\. Did you mean "publish"\?/],
    [
      'target system',
      { when: { target: 'nothing-like-it' } },
      /no target system "nothing-like-it"\. Name one/,
    ],
    [
      'change of that target',
      { when: { change: 'warm', target: 'db' } },
      /"warm" is a change of target system "files"/,
    ],
    ['verdict', { when: { change: 'warm', verdict: 'unknown' } }, /"warm" has no @Verify\(\)/],
    ['rollback method', { when: { change: 'warm' }, then: 'undo' }, /"warm" has no rollback method/],
  ])('name a %s that there is', (_, fields, fault) => {
    expect(faults(fields)).toEqual([expect.stringMatching(fault)]);
  });

  it('undo no change with a transaction', () => {
    const target = { ...FILES, transaction: () => undefined };
    const inTransaction = { ...change, transactional: true, target } as unknown as typeof change;
    const undo: Playbook = { ...PLAYBOOK, when: { change: 'publish' }, then: 'undo' };
    expect(playbookReferenceFaults([undo], [inTransaction], [FILES.id], [])).toMatchObject([
      { problem: expect.stringContaining('runs in a transaction') },
    ]);
  });
});
