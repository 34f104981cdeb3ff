import { endOfComment, matcherOf, type LexicalRules } from './statement-words.js';

/** Beyond this nothing is looked at. */
const MAX_EXAMINED = 16_000;

/**
 * An SQL text that can be shown: with `?` in place of texts, which may hold anything of anybody, and without comments,
 * on one line. Numbers and names stay.
 */
export function withoutLiterals(statement: string, rules: LexicalRules): string {
  const text = statement.slice(0, MAX_EXAMINED);
  const matcher = matcherOf(rules);
  let shown = '';
  for (let at = 0; at < text.length; at = matcher.lastIndex) {
    matcher.lastIndex = at;
    const match = matcher.exec(text);
    if (!match) break;
    if (match.groups?.['open'] !== undefined) {
      matcher.lastIndex = endOfComment(text, matcher.lastIndex, rules);
      shown += ' ';
    } else shown += shownToken(match[0], rules);
  }
  return shown.replace(/\s+/g, ' ').trim();
}

function shownToken(token: string, { backslashes, postgresTexts }: LexicalRules): string {
  if (/^(?:--|#.|\/\*|\*\/)/s.test(token)) return ' ';
  if (/^[eE]?'/.test(token) || (postgresTexts && /^\$\w*\$/.test(token))) return "'?'";
  // MySQL's own reading of double quotes, unless its mode is ANSI_QUOTES.
  return backslashes && token.startsWith('"') ? "'?'" : token;
}
