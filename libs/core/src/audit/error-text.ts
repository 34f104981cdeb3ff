import { inspect } from 'node:util';

/** Longest error text that is recorded, in UTF-16 code units, the remark about the cut included. */
export const MAX_ERROR_LENGTH = 4_000;

/**
 * Anything that can be thrown as a readable text: name, message and causes, with
 * secrets masked, bounded by {@link MAX_ERROR_LENGTH}, and storable in any database.
 */
export function errorText(thrown: unknown): string {
  return bounded(storable(maskSecrets(causes(thrown).map(describe).join('\nCaused by '))));
}

function causes(thrown: unknown): unknown[] {
  const chain: unknown[] = [];
  let next = thrown;
  do {
    chain.push(next);
    next = isError(next) ? next.cause : undefined;
  } while (next !== undefined && !chain.includes(next));
  return chain;
}

function describe(thrown: unknown): string {
  if (isError(thrown)) return headline(thrown) + describeMembers(thrown);
  if (typeof thrown === 'string') return thrown === '' ? 'an empty string was thrown' : thrown;
  return `${inspect(thrown, { depth: 2, breakLength: Infinity })} was thrown`;
}

/** By shape: errors of another realm (Jest) and of native modules (SQLite's) are no instances of ours. */
function isError(thrown: unknown): thrown is Error {
  return typeof thrown === 'object' && thrown !== null && 'message' in thrown && 'stack' in thrown;
}

function describeMembers(error: Error): string {
  const members = 'errors' in error && Array.isArray(error.errors) ? error.errors : [];
  return members.length > 0 ? ` [${members.map(describe).join('; ')}]` : '';
}

function headline({ name, message }: Error): string {
  return message === '' ? name : `${name}: ${message}`;
}

/** Passwords in connection strings, and values of keys that name a secret. */
const SECRETS: readonly (readonly [RegExp, string])[] = [
  [/([a-z][a-z0-9+.-]*:\/\/[^\s:/@]*):[^\s@/]+@/gi, '$1:***@'],
  [
    /(["']?\b(?:password|passwd|pwd|secret|token|api[_-]?key|access[_-]?key|authorization)["']?\s*[:=]\s*)("[^"]*"|'[^']*'|(?:(?:bearer|basic)\s+)?[^\s,;&)}\]]+)/gi,
    '$1***',
  ],
];

function maskSecrets(text: string): string {
  return SECRETS.reduce((masked, [pattern, replacement]) => masked.replace(pattern, replacement), text);
}

/** PostgreSQL refuses NUL, and no UTF-8 text can hold half a surrogate pair. */
function storable(text: string): string {
  return text.replace(/\0|\p{Surrogate}/gu, '\uFFFD');
}

function bounded(text: string): string {
  if (text.length <= MAX_ERROR_LENGTH) return text;
  const remark = `… (cut: ${text.length} characters)`;
  return storable(text.slice(0, MAX_ERROR_LENGTH - remark.length)) + remark;
}
