import { transformSync } from '@swc/core';
import ts from 'typescript';
import { ChangeSource, fingerprinted, fingerprintOf, isOtherCode } from './fingerprint.js';

const SOURCE = `
import { Feed, helper } from './feed';
import plain from './plain';

export class PublishFeed {
  constructor(private readonly feed: Feed) {}

  // Told to nobody.
  async execute(manager: Manager, feed?: Feed, size = 1_000) {
    const found = (await manager.find(Feed)) as unknown as string[]; /* nor this */
    if (!found?.length) return;
    for (const one of found)
      await manager.query('UPDATE "feed" SET a = \\'1\\' WHERE b = $1', [one, /a\\/"b/g.test(one)]);
    const text = \`select \${found.map((x) => \`<\${x}>\`).join(", ")} from t -- \${size}\`;
    const parts = { Feed, helper, a: 1, 'b': [1, 2, 3,], c: async () => { await helper(text); } };
    parts.c ??= async () => {};
    let left: number | undefined;
    left ||= 2;
    switch (size) { case 1: break; default: throw new TypeError(\`bad\`) }
    try { await plain(parts, found!) } catch { this.feed.publish(text) }
    do { left-- } while (left > 0)
    const more = left / 2 / 3, all = async function* () { yield* [1n, 0xff, 1e3, .5] };
    return helper(more, all, ...found, new Feed(), (a => a)(3), a => ({ a }), void 0, "\\u00e9", 'it\\'s');
  }
}`;

/** The text of the method, as `toString()` gives it, in what a compiler made of its class. */
function methodIn(javascript: string): string {
  const start = javascript.indexOf('async execute(');
  let end = javascript.indexOf(') {', start) + 2;
  if (end < start + 2) end = javascript.indexOf('){', start) + 1;
  for (let depth = 0; ; end += 1) {
    if (javascript[end] === '{') depth += 1;
    if (javascript[end] === '}') depth -= 1;
    if (depth === 0 && javascript[end] === '}') return javascript.slice(start, end + 1);
  }
}
const tsc = (options: ts.CompilerOptions, source = SOURCE) =>
  methodIn(
    ts.transpileModule(source, { compilerOptions: { module: ts.ModuleKind.CommonJS, ...options } })
      .outputText,
  );
const swc = (target: 'es2021' | 'es2022', options: object = {}) =>
  methodIn(
    transformSync(SOURCE, {
      jsc: { target, parser: { syntax: 'typescript' } },
      module: { type: 'commonjs' },
      ...options,
    }).code,
  );
const source = (...texts: string[]) => new ChangeSource(() => texts);
const recorded = (text: string) => ({ metadata: fingerprinted(source(text)) });

describe('the fingerprint of a change', () => {
  const before = recorded(tsc({ target: ts.ScriptTarget.ES2021 }));

  it.each<[string, string]>([
    ['tsc for ES2023', tsc({ target: ts.ScriptTarget.ES2023 })],
    ['tsc for the newest, with source maps', tsc({ target: ts.ScriptTarget.ESNext, inlineSourceMap: true })],
    ['tsc without comments', tsc({ target: ts.ScriptTarget.ES2022, removeComments: true })],
    ['tsc to ES modules', tsc({ target: ts.ScriptTarget.ES2022, module: ts.ModuleKind.ESNext })],
    ['swc for ES2021', swc('es2021')],
    ['swc for ES2022, with source maps', swc('es2022', { sourceMaps: 'inline' })],
  ])('is the same whoever compiles it: %s', (_compiler, text) => {
    // The default import is what ES modules call by a name of its own.
    const named = text.replace('await plain(', 'await plain_1.default(');
    expect(isOtherCode(before, source(named))).toBe(false);
  });

  it('is the same with other blanks, quotes, comments and line ends', () => {
    const one = recorded('async execute(a) {\n  await a.save({ b: "c" });\n}');
    const two = "async execute( a )\r\n{ // saves\r\n    await (a.save({\r\n b: 'c',\r\n })) }";
    expect(isOtherCode(one, source(two))).toBe(false);
  });

  it.each<[string, string, string]>([
    ['a statement', 'await manager.find(Feed)', 'await manager.find(Other)'],
    ['a text', 'SET a =', 'SET c ='],
    ['a text in a template', 'from t --', 'from u --'],
    ['what a template substitutes', '<${x}>', '<${size}>'],
    ['a number', '1_000', '1_001'],
    ['a regular expression', '"b/g', '"c/g'],
    ['an operator', 'left > 0', 'left >= 0'],
    ['a missing await', 'await helper(text)', 'helper(text)'],
    ['the object that is called', 'this.feed.publish', 'this.other.publish'],
  ])('tells %s', (_what, from, to) => {
    expect(SOURCE).toContain(from);
    const edited = tsc({ target: ts.ScriptTarget.ES2021 }, SOURCE.replace(from, to));
    expect(isOtherCode(before, source(edited))).toBe(true);
  });

  it('tells a method that came or went', () => {
    const text = tsc({ target: ts.ScriptTarget.ES2021 });
    expect(isOtherCode(before, source(text, 'rollback() {}'))).toBe(true);
  });

  it('says nothing of minified code, which has other names in each build', () => {
    const minified = 'async execute(e){let t=await e.find(o);for(let n of t)await e.save(n)}';
    expect(fingerprinted(source(minified))).toEqual({});
    expect(isOtherCode(before, source(minified))).toBe(false);
  });

  it('says nothing where nobody recorded it, or in a form that this version does not know', () => {
    const text = tsc({ target: ts.ScriptTarget.ES2021 });
    expect(isOtherCode({ metadata: {} }, source(text))).toBe(false);
    expect(isOtherCode({ metadata: { fingerprint: '2:abc' } }, source(text))).toBe(false);
    expect(isOtherCode(before, undefined)).toBe(false);
  });

  it('does not read code that is the very text', () => {
    let reads = 0;
    const text = tsc({ target: ts.ScriptTarget.ES2021 });
    const now = new ChangeSource(() => {
      reads += 1;
      return [text];
    });
    expect(isOtherCode(before, now)).toBe(false);
    expect([now.text, now.text, reads]).toEqual([now.text, now.text, 1]);
  });

  it('goes with the entry to another entry about the same execution', () => {
    expect(fingerprintOf(before)).toEqual(before.metadata);
    expect(fingerprintOf({ metadata: { by: 'ann' } })).toEqual({});
  });
});
