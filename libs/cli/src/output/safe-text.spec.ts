import { cut, manyLines, oneLine, safeJson } from './safe-text.js';

const ESC = '\u001b';
const OBEYED = /(?![\u200c\u200d])[\p{Cc}\p{Cf}\u2028\u2029]/u;

/** What a terminal would obey, what reorders text, and what shows as nothing. */
const HOSTILE: readonly [string, string][] = [
  ['a colour', `${ESC}[31mred${ESC}[0m`],
  ['a cleared screen', `${ESC}[2J${ESC}[H`],
  ['a title', `${ESC}]0;owned\u0007`],
  ['a hyperlink', `${ESC}]8;;https://evil.example${ESC}\\click${ESC}]8;;${ESC}\\`],
  ['a clipboard', `${ESC}]52;c;cm0gLXJm\u0007`],
  ['a device control string', `${ESC}P+q544e${ESC}\\`],
  ['an eight-bit sequence', '\u009b31m\u009d0;owned\u009c'],
  ['a sequence cut in two', `${ESC}\u200b[31m`],
  ['backspaces', 'safe\b\b\b\bevil'],
  ['a carriage return', 'evil\rgood'],
  ['bidi overrides', '\u202etxt.exe\u202c'],
  ['bidi isolates', '\u2066\u2067x\u2069'],
  ['an Arabic letter mark', '\u061c'],
  ['zero width', 'a\u200bb\u2060c\ufeffd'],
  ['a soft hyphen', 'a\u00adb'],
  ['tags that spell text', '\u{e0041}\u{e0042}'],
  ['annotations', '\ufff9a\ufffab\ufffb'],
  ['NUL and DEL', 'a\0b\u007f'],
  ['line and paragraph separators', 'a\u2028b\u2029c\u0085d'],
];

describe.each(HOSTILE)('%s', (_what, text) => {
  it('does not reach the terminal on one line', () => {
    expect(oneLine(`before ${text} after`)).not.toMatch(OBEYED);
    expect(oneLine(`before ${text} after`)).toMatch(/^before .*after$/s);
  });

  it('does not reach it on many', () => {
    expect(manyLines(`one\n${text}`).replaceAll('\n', '')).not.toMatch(OBEYED);
  });

  it('is kept in JSON, escaped', () => {
    const json = safeJson({ [text]: text }, 2);
    expect(json.replaceAll('\n', '')).not.toMatch(OBEYED);
    expect(JSON.parse(json)).toEqual({ [text]: text });
  });
});

describe('oneLine', () => {
  it.each(['日本語', 'größe', '👩‍👩‍👧', 'نامه‌ای', 'a  b', '100 %', '$where', '`x`'])(
    'leaves %s as it is',
    (text) => {
      expect(oneLine(text)).toBe(text);
    },
  );

  it('makes line breaks spaces, so that a text cannot pass for another line', () => {
    expect(oneLine('x\n✔ The history is unchanged\r\ny')).toBe('x ✔ The history is unchanged y');
  });

  it('shows that something was there', () => {
    expect(oneLine('pay\u200bload')).toBe('pay\ufffdload');
  });
});

describe('cut', () => {
  it('never cuts a character of several in two', () => {
    expect(cut('👩‍👩‍👧👩‍👩‍👧', 3)).toBe('👩‍👩‍👧…');
  });
});
