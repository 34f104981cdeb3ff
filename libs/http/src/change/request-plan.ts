import { milliseconds, optionFaults, shown, type OptionNames } from '@nestjs-flamingock/core/adapter';
import type { RequestPlan } from '../connection/http-exchange.js';
import { requestHeaders } from '../connection/request-headers.js';
import { HttpRequestError } from '../http.errors.js';
import type { HttpSettings } from '../http.options.js';
import type { HttpRequestOptions } from './http-api.js';

const OPTIONS: OptionNames<HttpRequestOptions> = {
  headers: true,
  query: true,
  body: true,
  allow: true,
  name: true,
  timeoutMs: true,
};
const METHOD = /^[A-Z]+$/;

/**
 * What a request is made of besides its address and its key.
 *
 * @throws HttpRequestError for what cannot be sent.
 */
export function requestPlan(
  method: string,
  options: HttpRequestOptions,
  settings: HttpSettings,
): Pick<RequestPlan, 'method' | 'headers' | 'body' | 'timeoutMs' | 'allow'> {
  const { body, allow = [], timeoutMs = settings.timeoutMs } = options;
  const fault = faultOf(method, options, settings);
  if (fault !== undefined) throw new HttpRequestError(method, fault);
  const content = contentOf(method, body);
  const headers = requestHeaders(
    method,
    { accept: 'application/json' },
    content.headers,
    options.headers ?? {},
  );
  return { method, headers, body: content.body, timeoutMs, allow };
}

function faultOf(method: string, options: HttpRequestOptions, settings: HttpSettings): string | undefined {
  const { name, headers = {}, body, timeoutMs, allow } = options;
  const own = settings.idempotencyHeader.toLowerCase();
  if (!METHOD.test(method)) return 'has no method. Write one of letters, such as "POST".';
  const [unknown] = optionFaults('', options, OPTIONS);
  if (unknown !== undefined) return `${unknown.trim()}.`;
  if (Object.keys(headers).some((one) => one.toLowerCase() === own))
    return `has a ${settings.idempotencyHeader} of its own. Leave it out, and give the request a name: the key follows from it.`;
  if (name !== undefined && (typeof name !== 'string' || name === ''))
    return `has the name ${shown(name)}. Write a text that is the same in every retry.`;
  if (body !== undefined && (method === 'GET' || method === 'HEAD'))
    return 'has a body, which it cannot. Put it into the query.';
  if (allow !== undefined && !(Array.isArray(allow) && allow.every(Number.isInteger)))
    return `allows ${shown(allow)}. Write a list of statuses, such as [404].`;
  const late = timeoutMs === undefined ? undefined : milliseconds('timeoutMs', timeoutMs, 1);
  return late === undefined ? undefined : `has a time-out that is none: ${late}.`;
}

function contentOf(
  method: string,
  body: unknown,
): { readonly body: string | Uint8Array | undefined; readonly headers: Readonly<Record<string, string>> } {
  if (body === undefined) return { body, headers: {} };
  if (typeof body === 'string') return { body, headers: { 'content-type': 'text/plain; charset=utf-8' } };
  if (body instanceof Uint8Array) return { body, headers: { 'content-type': 'application/octet-stream' } };
  return { body: jsonOf(method, body), headers: { 'content-type': 'application/json' } };
}

function jsonOf(method: string, body: unknown): string {
  const problem = 'has a body that is no JSON. Write plain objects, lists, texts, numbers and booleans.';
  try {
    const text = JSON.stringify(body) as string | undefined;
    if (text !== undefined) return text;
  } catch (cause) {
    throw new HttpRequestError(method, problem, { cause });
  }
  throw new HttpRequestError(method, problem);
}
