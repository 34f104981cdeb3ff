/** Longest name that every audit store can hold and look for. */
export const MAX_NAME_LENGTH = 255;

/** Longest name of a service. */
const MAX_SERVICE_LENGTH = 100;

/** What {@link isName} wants, in words that follow "must be". */
export const A_NAME = `a text of 1 to ${MAX_NAME_LENGTH} characters without line breaks and control characters`;

/**
 * True for what can name a change, a stage, a target system or a service: a text that every
 * store returns unchanged, and that stays on one line. It may contain any other character.
 */
export function isName(value: unknown, maxLength = MAX_NAME_LENGTH): value is string {
  const isText = typeof value === 'string' && value.trim() !== '' && value.length <= maxLength;
  return isText && !/[\p{Cc}\p{Surrogate}\u2028\u2029]/u.test(value);
}

/** Why nothing can name a service, in words that follow what it is; `undefined` where it can. */
export function serviceNameFault(value: unknown): string | undefined {
  if (isName(value, MAX_SERVICE_LENGTH)) return undefined;
  return `must be 1 to ${MAX_SERVICE_LENGTH} characters without line breaks and control characters, not ${JSON.stringify(value)}`;
}
