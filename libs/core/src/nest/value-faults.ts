import { shown } from '../errors/option-names.js';

/** The longest delay of a Node timer. */
const LONGEST_MS = 2 ** 31 - 1;

/** What is wrong with a value that should be true or false. */
export function trueOrFalse(name: string, value: unknown): string | undefined {
  return typeof value === 'boolean'
    ? undefined
    : `${name} must be true or false, not ${JSON.stringify(value)}`;
}

/** What is wrong with a value that should be one of these. */
export function oneOf(name: string, value: string, allowed: readonly string[]): string | undefined {
  if (allowed.includes(value)) return undefined;
  return `${name} must be one of ${allowed.map((one) => `'${one}'`).join(', ')}, not ${JSON.stringify(value)}`;
}

/** What is wrong with a value that should be a list of texts. */
export function listOfTexts(name: string, value: unknown): string | undefined {
  if (Array.isArray(value) && value.every((one) => typeof one === 'string')) return undefined;
  return `${name} must be a list of texts, not ${shown(value)}`;
}

/** What is wrong with a value that should be a time. */
export function milliseconds(name: string, value: number, least: number): string | undefined {
  if (Number.isFinite(value) && value >= least && value <= LONGEST_MS) return undefined;
  return `${name} must be a number of milliseconds from ${least} to ${LONGEST_MS}, not ${String(value)}`;
}

/** What is wrong with a value that should be a count of at least so many. */
export function countFrom(least: number, name: string, value: number): string | undefined {
  if (Number.isSafeInteger(value) && value >= least) return undefined;
  return `${name} must be a whole number from ${least}, not ${String(value)}`;
}
