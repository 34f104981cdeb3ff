import { fixCommand, guidanceFor, type IssueFacts } from './guidance.js';

const issue = (fields: Partial<IssueFacts> = {}): string =>
  guidanceFor({
    changeId: 'publish "all"',
    className: 'Publish',
    targetSystem: 'files',
    state: 'STARTED',
    runsAgain: false,
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
      expect(text).not.toMatch(/auditFix/);
    }
  });

  it('says whether something of the change may be left', () => {
    expect(issue({ state: 'ROLLED_BACK', runsAgain: true })).toMatch(/Nothing of it is left/);
    expect(issue({ state: 'EXECUTION_FAILED', runsAgain: true })).toMatch(/Part of it may be/);
  });
});

describe('fixCommand', () => {
  it('can be typed as it is, whatever the id', () => {
    expect(fixCommand('a "b" \\c', 'EXECUTED')).toBe(
      String.raw`FlamingockService.auditFix({ changeId: "a \"b\" \\c", resolution: 'EXECUTED' })`,
    );
  });
});
