import { diffLines } from './diff.js';

describe('a comparison', () => {
  it('shows what was added, with three lines around it', () => {
    const before = 'a\nb\nc\nd\ne\nf\ng\nh\n';
    expect(diffLines(before, before.replace('e\n', 'e\nnew\n'))).toEqual([
      '@@ -3 +3 @@',
      ' c',
      ' d',
      ' e',
      '+new',
      ' f',
      ' g',
      ' h',
    ]);
  });

  it('shows places that are far apart each under a head of its own', () => {
    const lines = Array.from({ length: 30 }, (_, index) => `line ${index + 1}`);
    const after = ['first', ...lines.slice(0, 19), 'changed', ...lines.slice(20)];
    expect(diffLines(`${lines.join('\n')}\n`, `${after.join('\n')}\n`)).toEqual([
      '@@ -1 +1 @@',
      '+first',
      ' line 1',
      ' line 2',
      ' line 3',
      '@@ -17 +18 @@',
      ' line 17',
      ' line 18',
      ' line 19',
      '-line 20',
      '+changed',
      ' line 21',
      ' line 22',
      ' line 23',
    ]);
  });

  it('of a new file is all of it, of the same text nothing', () => {
    expect(diffLines('', 'a\r\nb\r\n')).toEqual(['@@ -1 +1 @@', '+a', '+b']);
    expect(diffLines('a\n', 'a\n')).toEqual([]);
  });
});
