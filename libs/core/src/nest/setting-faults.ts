import { shown } from '../errors/option-names.js';

/** The longest delay of a Node timer. */
const LONGEST_MS = 2 ** 31 - 1;

/** What is wrong with a setting that is one of some words, if anything. */
export function oneOf(name: string, value: string, allowed: readonly string[]): string | undefined {
  if (allowed.includes(value)) return undefined;
  return `${name} must be one of ${allowed.map((one) => `'${one}'`).join(', ')}, not ${JSON.stringify(value)}`;
}

/** What is wrong with a list of texts, if anything. */
export function listOfTexts(name: string, value: unknown): string | undefined {
  if (Array.isArray(value) && value.every((one) => typeof one === 'string')) return undefined;
  return `${name} must be a list of texts, not ${shown(value)}`;
}

/** What is wrong with a number of milliseconds, if anything. */
export function milliseconds(name: string, value: number, least: number): string | undefined {
  if (Number.isFinite(value) && value >= least && value <= LONGEST_MS) return undefined;
  return `${name} must be a number of milliseconds from ${least} to ${LONGEST_MS}, not ${String(value)}`;
}
