import { inspect } from 'node:util';
import { errorReasons } from './error-reasons.js';
import { maskSecrets } from './mask-secrets.js';

/** Longest error text that is recorded, in UTF-16 code units, the remark about the cut included. */
export const MAX_ERROR_LENGTH = 4_000;

/** Beyond this nothing is looked at: the text is cut to less anyway, and patterns take their time. */
const MAX_EXAMINED_LENGTH = 4 * MAX_ERROR_LENGTH;

/**
 * Anything that can be thrown as a readable text: name, message, reasons and causes, with
 * secrets masked, of at most 4,000 UTF-16 code units, and storable in any database.
 */
export function errorText(thrown: unknown): string {
  const text = describe(thrown, new Set());
  return storableText(maskSecrets(text.slice(0, MAX_EXAMINED_LENGTH)), text.length);
}

function describe(thrown: unknown, seen: Set<unknown>): string {
  if (seen.has(thrown)) return 'the same again';
  seen.add(thrown);
  try {
    return isError(thrown) ? describeError(thrown, seen) : describeValue(thrown);
  } catch {
    return 'something that cannot be described was thrown';
  }
}

function describeError(error: Error, seen: Set<unknown>): string {
  // In spite of the types, any value may have been assigned to them.
  const facts: unknown[] = [error.name, error.message];
  const headline = facts
    .map(String)
    .filter((fact) => fact !== '')
    .join(': ');
  const members = 'errors' in error && Array.isArray(error.errors) ? error.errors : [];
  const list = members.map((member) => describe(member, seen)).join('; ');
  const reasons = errorReasons(error);
  const isKnown = error.cause === undefined || seen.has(error.cause);
  const cause = isKnown ? '' : `\nCaused by ${describe(error.cause, seen)}`;
  return headline + (reasons === '' ? '' : ` (${reasons})`) + (list === '' ? '' : ` [${list}]`) + cause;
}

function describeValue(thrown: unknown): string {
  if (typeof thrown === 'string') return thrown === '' ? 'an empty string was thrown' : thrown;
  return `${inspect(thrown, { depth: 2, breakLength: Infinity })} was thrown`;
}

/** By shape: errors of another realm (Jest) and of native modules (SQLite's) are no instances of ours. */
function isError(thrown: unknown): thrown is Error {
  return typeof thrown === 'object' && thrown !== null && 'message' in thrown && 'stack' in thrown;
}

/**
 * A text as every database can hold it, bounded by {@link MAX_ERROR_LENGTH}: PostgreSQL
 * refuses NUL, and no UTF-8 text can hold half a surrogate pair.
 */
export function storableText(text: string, fullLength = text.length): string {
  const storable = replaceUnstorable(text);
  if (storable.length <= MAX_ERROR_LENGTH && fullLength <= MAX_EXAMINED_LENGTH) return storable;
  const remark = `… (cut: ${fullLength} characters)`;
  return replaceUnstorable(storable.slice(0, MAX_ERROR_LENGTH - remark.length)) + remark;
}

/** The text in characters that every encoding has, with the others as `\u{2260}`, bounded by {@link MAX_ERROR_LENGTH}. */
export function asciiText(text: string): string {
  const ascii = text.replace(/\P{ASCII}/gu, (char) => `\\u{${char.codePointAt(0)?.toString(16)}}`);
  if (ascii.length <= MAX_ERROR_LENGTH) return ascii;
  const remark = `... (cut: ${ascii.length} characters)`;
  return ascii.slice(0, MAX_ERROR_LENGTH - remark.length) + remark;
}

function replaceUnstorable(text: string): string {
  return text.replace(/\0|\p{Surrogate}/gu, '\uFFFD');
}
