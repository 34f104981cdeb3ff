import { inspect } from 'node:util';

/** Longest text of what an error carries beside its message. */
const MAX_REASON_LENGTH = 1_000;

/** What Nest itself puts into a response. */
const USUAL = ['message', 'error', 'statusCode'];

/**
 * What an error says beside its message, by its shape: the response of an HttpException of
 * Nest, where validation leaves its reasons, and the one that a client of HTTP got.
 *
 * @returns an empty text where there is nothing more to say.
 */
export function errorReasons(error: object): string {
  try {
    const reasons = 'getResponse' in error ? ownResponse(error) : responseGot(error);
    return reasons.length <= MAX_REASON_LENGTH ? reasons : `${reasons.slice(0, MAX_REASON_LENGTH)}…`;
  } catch {
    return '';
  }
}

function ownResponse(error: object): string {
  if (!('getResponse' in error) || typeof error.getResponse !== 'function') return '';
  const response: unknown = error.getResponse.call(error);
  const message = 'message' in error ? error.message : undefined;
  if (response === message) return '';
  if (!isObject(response) || !('message' in response)) return shown(response);
  if (Object.keys(response).some((name) => !USUAL.includes(name))) return shown(response);
  if (response.message === message) return '';
  return Array.isArray(response.message) ? response.message.map(shown).join('; ') : shown(response.message);
}

/** As of axios, got and others: `{ response: { status, data } }`. */
function responseGot(error: object): string {
  if (!('response' in error && isObject(error.response) && 'status' in error.response)) return '';
  const { status } = error.response;
  const data = 'data' in error.response ? error.response.data : undefined;
  return `status ${String(status)}${isReadable(data) ? `: ${shown(data)}` : ''}`;
}

/** Neither bytes nor a stream. */
function isReadable(data: unknown): boolean {
  if (typeof data === 'string') return data !== '';
  return (
    Array.isArray(data) || (Object.prototype.toString.call(data) === '[object Object]' && !isStream(data))
  );
}

function isStream(data: unknown): boolean {
  return isObject(data) && 'pipe' in data;
}

function shown(value: unknown): string {
  return typeof value === 'string' ? value : inspect(value, { depth: 4, breakLength: Infinity });
}

function isObject(value: unknown): value is object {
  return typeof value === 'object' && value !== null;
}
