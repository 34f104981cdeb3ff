/** How a server reads SQL text, where servers differ. */
export interface LexicalRules {
  /** `#` begins a comment, `--` only before white space, and `/*! … *\/` is no comment. */
  readonly mysqlComments: boolean;
  /** Comments nest, and `$tag$ … $tag$` is a text. */
  readonly postgresTexts: boolean;
  /** A backslash escapes what follows it inside quotes. */
  readonly backslashes: boolean;
  /** One text may hold several statements. */
  readonly several: boolean;
}

/** More than enough to tell what kind of statement it is. */
const WORDS = 64;

/**
 * Each statement of an SQL text by its words in upper case, without comments, texts and punctuation; quoted names keep
 * their quote. `most`: how many words of a statement are read.
 */
export function statementWords(text: string, rules: LexicalRules, most = WORDS): string[][] {
  let words: string[] = [];
  const statements = [words];
  const several = rules.several && /;\s*\S/.test(text);
  for (const token of tokens(text, rules)) {
    // The body of an SQL function, or of a compound statement, has semicolons of its own.
    const goesOn = token !== ';' || hasBody(words);
    if (goesOn && words.length < most) {
      if (token !== ';') words.push(token);
    } else if (!several) break;
    else if (!goesOn) statements.push((words = []));
  }
  return statements.filter(({ length }) => length > 0);
}

function hasBody(words: readonly string[]): boolean {
  return words.some(
    (word, index) => word === 'BEGIN' && /^(NOT )?ATOMIC\b/.test(words.slice(index + 1, index + 3).join(' ')),
  );
}

function* tokens(text: string, rules: LexicalRules): Generator<string> {
  const matcher = matcherOf(rules);
  for (let at = 0; at < text.length; at = matcher.lastIndex) {
    matcher.lastIndex = at;
    const { word, name, open } = matcher.exec(text)?.groups ?? {};
    if (matcher.lastIndex === 0) return;
    if (word !== undefined) yield word.toUpperCase();
    else if (name !== undefined) yield name.toUpperCase();
    else if (open !== undefined) matcher.lastIndex = endOfComment(text, matcher.lastIndex, rules);
    else if (text[at] === ';') yield ';';
  }
}

/** Made once for each set of rules: every statement of a change is read. */
const matchers = new WeakMap<LexicalRules, RegExp>();

export function matcherOf(rules: LexicalRules): RegExp {
  const matcher = matchers.get(rules) ?? makeMatcher(rules);
  matchers.set(rules, matcher);
  return matcher;
}

function makeMatcher({ mysqlComments, postgresTexts, backslashes }: LexicalRules): RegExp {
  const inside = (quote: string): string =>
    `(?:${backslashes ? '\\\\[^]|' : ''}${quote}${quote}|[^${quote}${backslashes ? '\\\\' : ''}])*`;
  return new RegExp(
    [
      // The body of an executable comment is read like any other text, and so is its end.
      ...(mysqlComments ? ['/\\*M?!\\d*', '\\*/', '#[^\\n]*', '--(?=\\s|$)[^\\n]*'] : ['--[^\\n]*']),
      '(?<open>/\\*)',
      ...(postgresTexts
        ? ['\\$(?<tag>(?:[\\p{L}_]\\w*)?)\\$[^]*?(?:\\$\\k<tag>\\$|$)', `[eE]'(?:\\\\[^]|''|[^'\\\\])*'?`]
        : []),
      `'${inside("'")}'?`,
      `(?<name>"${inside('"')}"?|\`(?:\`\`|[^\`])*\`?)`,
      '(?<word>@{0,2}[\\p{L}_][\\p{L}\\p{N}_$.]*)',
      '[\\s(),=]+',
      '[^]',
    ].join('|'),
    'uy',
  );
}

/** Where a comment that was opened before `from` ends. */
export function endOfComment(text: string, from: number, { postgresTexts }: LexicalRules): number {
  const edge = /\/\*|\*\//g;
  edge.lastIndex = from;
  for (let depth = 1; depth > 0;) {
    const found = edge.exec(text)?.[0];
    if (found === undefined) return text.length;
    if (found === '*/') depth -= 1;
    else if (postgresTexts) depth += 1;
  }
  return edge.lastIndex;
}
