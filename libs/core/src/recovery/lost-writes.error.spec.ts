import { LostWritesError } from './lost-writes.error.js';
import type { LostWrites } from './lost-writes.js';

const finding = (fields: Partial<LostWrites>): LostWrites => ({
  targetSystem: 'db',
  lostBy: 'audit-store',
  recorded: 3,
  found: 5,
  changeIds: [],
  ...fields,
});
const said = (fields: Partial<LostWrites>): string => {
  const lines = new LostWritesError('inventory', [finding(fields)]).message.split('\n');
  expect(lines).toHaveLength(3);
  return lines[1]!;
};

describe('LostWritesError', () => {
  it('says that nothing ran, lists each target system, and names the command that helps', () => {
    const findings = [finding({}), finding({ targetSystem: 'feed' })];
    const error = new LostWritesError('inventory', findings);
    expect(error).toMatchObject({ code: 'FLAMINGOCK_LOST_WRITES', service: 'inventory', findings });
    expect(error.message.split('\n')).toEqual([
      expect.stringMatching(/service "inventory" .* do not agree .*written\. No change .* was run\.$/),
      expect.stringContaining('"db"'),
      expect.stringContaining('"feed"'),
      expect.stringMatching(/Starting again does not help\. .* have: npx .* audit reconcile$/),
    ]);
  });

  it('keeps the findings out of what a logger prints of it, because the message has them', () => {
    expect(Object.keys(new LostWritesError('inventory', [finding({})]))).not.toContain('findings');
  });

  it('names the changes that only the target knows, or only history', () => {
    const changeIds = ['a', 'say "b"'];
    expect(said({ changeIds })).toMatch(
      /"db" proves that "a", "say \\"b\\"" ended there, .* the audit store was restored/,
    );
    expect(said({ changeIds, lostBy: 'target-system' })).toMatch(
      /"db" has no proof any more of "a", "say \\"b\\"", .* the target was restored/,
    );
  });

  it('names the claim that the audit store has forgotten, and who else may have made it', () => {
    expect(said({})).toMatch(
      /"db" was claimed with token 5, which the audit store has not given .*anew, or another application/,
    );
  });

  it('names the claim that the target has forgotten, and the last that it knows', () => {
    expect(said({ lostBy: 'target-system', found: 2 })).toMatch(
      /"db" knows no claim after token 2, though history records one with token 3: the target was restored/,
    );
    expect(said({ lostBy: 'target-system', found: 0 })).toMatch(/"db" has no record of any claim, though/);
  });
});
