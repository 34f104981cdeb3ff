/** What a stage without changes begins with. */
const FIRST = '0001';

/**
 * The order that comes next, as wide as those there are: orders are compared as texts.
 *
 * @returns `undefined`: no number ends the last one, or the next number is wider and would come before it
 */
export function nextOrder(orders: readonly string[]): string | undefined {
  const last = [...orders].sort(compare).at(-1);
  if (last === undefined) return FIRST;
  const [, begin = '', digits] = /^(.*?)(\d+)$/.exec(last) ?? [];
  if (digits === undefined) return undefined;
  const next = begin + String(BigInt(digits) + 1n).padStart(digits.length, '0');
  return compare(last, next) < 0 ? next : undefined;
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
