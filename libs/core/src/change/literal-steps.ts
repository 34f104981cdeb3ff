import { sourceTokens } from './source-text.js';

/**
 * The names of the steps that a method calls, in the order in which they stand there, as far as its text says so: those
 * that it calls by the parameter at `index` itself, under names that are no expressions.
 */
export function literalSteps(text: string, index: number): string[] {
  if (!text.includes('step')) return [];
  const parameter = parametersOf(text)[index];
  if (parameter === undefined) return [];
  const { tokens } = sourceTokens(text);
  return tokens.flatMap((token, at) => {
    const name = tokens[at + 1];
    if (token !== 'step' || !name?.startsWith('"')) return [];
    const [owner, dot, before] = [tokens[at - 2], tokens[at - 1], tokens[at - 3]];
    const isCalled = parameter.startsWith('{')
      ? dot !== '.' && /[{,\s]step[},\s]/.test(parameter)
      : dot === '.' && owner === parameter && before !== '.';
    return isCalled ? [JSON.parse(name) as string] : [];
  });
}

/** The parameters of a method as they are written, without default values. */
function parametersOf(text: string): string[] {
  const parameters: string[] = [];
  let depth = 0;
  let from = text.indexOf('(') + 1;
  for (let at = from; at < text.length; at += 1) {
    const sign = text.charAt(at);
    if (depth === 0 && (sign === ',' || sign === ')')) {
      parameters.push(bare(text.slice(from, at)));
      from = at + 1;
    }
    if (depth === 0 && sign === ')') break;
    if ('([{'.includes(sign)) depth += 1;
    if (')]}'.includes(sign)) depth -= 1;
  }
  return parameters;
}

function bare(parameter: string): string {
  const text = parameter.trim();
  return text.startsWith('{') ? text : (/^[\w$]+/.exec(text)?.[0] ?? '');
}
