/**
 * The tokens of JavaScript that regular expressions can tell apart: blanks and comments, texts, names, numbers, and
 * the rest sign by sign.
 */
const TOKEN =
  /(\s+|\/\/[^\n]*|\/\*[^]*?\*\/)|("(?:[^"\\\n]|\\[^])*"|'(?:[^'\\\n]|\\[^])*')|([#$A-Z_a-z\u0080-\uffff][\w$\u0080-\uffff]*)|(0[xXoObB][\da-fA-F_]+n?|(?:\d[\d_]*\.?[\d_]*|\.\d[\d_]*)(?:[eE][+-]?\d+)?n?)|=>|\.{3}|\?\?=?|\?\.|[-+*/%&|^<>=!]+|[^]/y;
/** A literal of a regular expression, where an operand is expected. */
const PATTERN = /\/(?:[^/\\[\n]|\\.|\[(?:[^\]\\\n]|\\.)*\])+\/[a-z]*/y;
/** After these a slash divides; after any other token it begins a regular expression. */
const OPERAND_END =
  /^(?:[)\]}"'`.\d]|(?!(?:return|typeof|case|in|of|do|else|void|delete|throw|new|await|yield)$)[#$\w\u0080-\uffff])/;
/** What compilers call a module that a name was imported from: `feed_1`, `_feed`, `import_feed`, `__vi_import_0__`. */
const MODULE_NAME = /^(?:_\w+|\w+_\d+|import_\w+|\w+__)$/;

/** A text as tokens, and whether a minifier has written it. */
export interface SourceTokens {
  readonly tokens: readonly string[];
  /** True where names are made anew by each build, so that nothing can be compared. */
  readonly isMinified: boolean;
}

/**
 * The text of functions as tokens that stay the same under every compiler: without blanks, comments, brackets of
 * grouping, semicolons and trailing commas, with texts and numbers by their value, and without the prefix that
 * compilers add to an imported name.
 */
export function sourceTokens(text: string): SourceTokens {
  const scanner = new Scanner(text);
  scanner.scan(() => false);
  return { tokens: unqualified(scanner.tokens), isMinified: scanner.isMinified };
}

class Scanner {
  readonly tokens: string[] = [];
  private isTight = false;
  private hasLines = false;
  private at = 0;
  private last = '';

  constructor(private readonly text: string) {}

  /** Compilers write lines, and most of them a blank in front of a block. */
  get isMinified(): boolean {
    return this.isTight && !this.hasLines;
  }

  /** Takes tokens up to one that `ends`, or the end. */
  scan(ends: (sign: string) => boolean): void {
    while (this.at < this.text.length) {
      const sign = this.text.charAt(this.at);
      if (ends(sign)) return;
      if (sign === '`') this.template();
      else if (sign === '/' && this.isPattern()) this.pattern();
      else this.token();
    }
  }

  private token(): void {
    TOKEN.lastIndex = this.at;
    const match = TOKEN.exec(this.text);
    if (!match) return;
    const [all, blank, quoted, name, number] = match;
    if (all === '{' && this.text.charAt(this.at - 1) === ')') this.isTight = true;
    this.at += all.length;
    if (blank !== undefined) this.hasLines ||= blank.includes('\n');
    else if (name !== undefined) this.add(name);
    else if (quoted !== undefined) this.add(JSON.stringify(valueOf(quoted)));
    else this.add(number === undefined ? all : numberOf(number));
  }

  private add(token: string): void {
    this.last = token;
    if ((token === ')' || token === ']' || token === '}') && this.tokens.at(-1) === ',') this.tokens.pop();
    if (token !== ';' && token !== '(' && token !== ')') this.tokens.push(token);
  }

  /** What is substituted may contain templates. */
  private template(): void {
    const from = this.at;
    let start = from;
    this.at += 1;
    for (; this.at < this.text.length && this.text.charAt(this.at) !== '`'; this.at += 1) {
      if (this.text.charAt(this.at) === '\\') this.at += 1;
      else if (this.text.startsWith('${', this.at)) {
        this.tokens.push(this.text.slice(start, this.at));
        this.substitution();
        start = this.at;
      }
    }
    this.at += 1;
    const rest = this.text.slice(start, this.at);
    // One without substitutions is a text like any other.
    this.add(start === from ? JSON.stringify(valueOf(rest)) : rest);
    this.last = '`';
  }

  private substitution(): void {
    this.at += 2;
    let depth = 0;
    this.last = '{';
    this.scan((sign) => {
      if (sign === '{') depth += 1;
      else if (sign === '}') depth -= 1;
      return depth < 0;
    });
  }

  private isPattern(): boolean {
    if (['/', '*'].includes(this.text.charAt(this.at + 1)) || OPERAND_END.test(this.last)) return false;
    PATTERN.lastIndex = this.at;
    return PATTERN.test(this.text);
  }

  private pattern(): void {
    this.add(this.text.slice(this.at, PATTERN.lastIndex));
    this.at = PATTERN.lastIndex;
  }
}

/** Takes away what stands for a module in front of an imported name, with the `0,` that keeps it from being `this`. */
function unqualified(tokens: readonly string[]): string[] {
  const kept: string[] = [];
  for (let at = 0; at < tokens.length; at += 1) {
    const token = tokens[at] ?? '';
    const isModule = tokens[at + 1] === '.' && kept.at(-1) !== '.' && MODULE_NAME.test(token);
    if (isModule) {
      if (kept.at(-1) === ',' && kept.at(-2) === '0') kept.length -= 2;
      at += 1;
    } else if (token === '0' && kept.at(-1) === 'void') {
      kept[kept.length - 1] = 'undefined';
    } else if (!isNamedAlike(kept, token, tokens[at + 1])) kept.push(token);
    else kept.pop();
  }
  return kept;
}

/** True for the value of `{ name: name }`, which is `{ name }` where the name needs no module in front. */
function isNamedAlike(kept: readonly string[], token: string, next: string | undefined): boolean {
  if (kept.at(-1) !== ':' || kept.at(-2) !== token || (next !== ',' && next !== '}')) return false;
  return kept.at(-3) === '{' || kept.at(-3) === ',';
}

function numberOf(number: string): string {
  const plain = number.replaceAll('_', '');
  return plain.endsWith('n') ? plain : String(Number(plain));
}

const ESCAPE = /\\(?:u\{([\da-fA-F]+)\}|u([\da-fA-F]{4})|x([\da-fA-F]{2})|(\r\n|[^]))/g;
const SHORT_ESCAPES: Readonly<Record<string, string>> = {
  n: '\n',
  r: '\r',
  t: '\t',
  b: '\b',
  f: '\f',
  v: '\v',
  '0': '\0',
  '\n': '',
  '\r\n': '',
};

function valueOf(quoted: string): string {
  const inner = quoted.slice(1, -1);
  if (!inner.includes('\\')) return inner;
  return inner.replace(ESCAPE, (_all, point?: string, unit?: string, byte?: string, sign?: string) => {
    const code = point ?? unit ?? byte;
    return code === undefined
      ? (SHORT_ESCAPES[sign ?? ''] ?? sign ?? '')
      : String.fromCodePoint(parseInt(code, 16));
  });
}
