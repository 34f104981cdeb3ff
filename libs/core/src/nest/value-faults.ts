import { shown } from '../errors/option-names.js';

/** The longest delay of a Node timer. */
const LONGEST_MS = 2 ** 31 - 1;

/** `undefined` where it is one of the two. */
export function trueOrFalse(name: string, value: unknown): string | undefined {
  return typeof value === 'boolean'
    ? undefined
    : `${name} must be true or false, not ${JSON.stringify(value)}`;
}

/** `undefined` where the value is one of those allowed. */
export function oneOf(name: string, value: string, allowed: readonly string[]): string | undefined {
  if (allowed.includes(value)) return undefined;
  return `${name} must be one of ${allowed.map((one) => `'${one}'`).join(', ')}, not ${JSON.stringify(value)}`;
}

/** `undefined` where it is a list of texts. */
export function listOfTexts(name: string, value: unknown): string | undefined {
  if (Array.isArray(value) && value.every((one) => typeof one === 'string')) return undefined;
  return `${name} must be a list of texts, not ${shown(value)}`;
}

/** `undefined` where it is such a number from `least`, and one that a timer can wait. */
export function milliseconds(name: string, value: number, least: number): string | undefined {
  if (Number.isFinite(value) && value >= least && value <= LONGEST_MS) return undefined;
  return `${name} must be a number of milliseconds from ${least} to ${LONGEST_MS}, not ${String(value)}`;
}
