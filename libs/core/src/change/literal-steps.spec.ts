import { literalSteps } from './literal-steps.js';

const names = (text: string, index = 0): string[] => literalSteps(text, index);

describe('the steps that a text calls', () => {
  it.each([
    ['a text', 'async execute(context) { await context.step(\'a\', () => 1); await context.step("b"); }'],
    ['a template without expressions', 'execute(c) { return c.step(`a`, f).then(() => c.step(`b`, f)); }'],
    ['a destructured parameter', "execute({ step, steps }) { step('a', f); step('b', f); }"],
    ['a default', "execute(c = make(')', [1, 2])) { c.step('a'); c.step('b'); }"],
    ['comments', "execute(c) { /* c.step('x') */ c.step('a'); // c.step('y')\n c.step('b'); }"],
  ])('are told by %s', (_title, text) => {
    expect(names(text)).toEqual(['a', 'b']);
  });

  it('are those that it calls by this parameter', () => {
    const text =
      "execute(feed, context) { feed.step('x'); this.context.step('y'); context.step('a'); step('z'); }";
    expect(names(text, 1)).toEqual(['a']);
    expect(names(text, 2)).toEqual([]);
  });

  it.each([
    ['an expression', 'execute(c) { c.step(`copy ${name}`, f); c.step(name, f); }'],
    ['another method', "execute(c) { c.progress('a'); c.steps('b'); }"],
    ['nothing', 'execute() {}'],
    ['what is no function', 'class A {}'],
  ])('are not told by %s', (_title, text) => {
    expect(names(text)).toEqual([]);
  });
});
