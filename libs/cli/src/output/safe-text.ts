import { stripVTControlCharacters } from 'node:util';
import stringWidth from 'string-width';

/**
 * What moves the cursor, reorders text or shows as nothing. U+200C and U+200D, which shape
 * words and join emoji, may stay.
 */
const UNSAFE = /(?![\u200c\u200d])[\p{Cc}\p{Cf}\p{Cs}\u2028\u2029\u115f\u1160\u3164\uffa0]/gu;
const SPACE = /[\t\n\v\f\r\u0085\u2028\u2029]+/g;

/** Text of any origin on one line, without anything that a terminal would obey. */
export function oneLine(text: string): string {
  return stripVTControlCharacters(text).replace(SPACE, ' ').replace(UNSAFE, '\ufffd').trim();
}

/** The same, with its line breaks kept. */
export function manyLines(text: string): string {
  return text
    .split(/\r?\n/)
    .map((line) => ' '.repeat(line.search(/[^ ]|$/)) + oneLine(line))
    .join('\n');
}

const graphemes = new Intl.Segmenter(undefined, { granularity: 'grapheme' });

/** At most so many columns of a terminal; what is cut off shows as an ellipsis. */
export function cut(text: string, width: number): string {
  if (stringWidth(text) <= width) return text;
  let kept = '';
  let used = 1;
  for (const { segment } of graphemes.segment(text)) {
    used += stringWidth(segment);
    if (used > width) break;
    kept += segment;
  }
  return `${kept}…`;
}

/** JSON that a terminal shows as it is: what JSON allows and a terminal obeys is escaped. */
export function safeJson(value: unknown, indent?: number): string {
  return JSON.stringify(value, undefined, indent).replace(UNSAFE, (char) =>
    char === '\n' ? char : char.split('').map(escaped).join(''),
  );
}

function escaped(unit: string): string {
  return `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`;
}
