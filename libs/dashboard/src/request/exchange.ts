import type { IncomingMessage, ServerResponse } from 'node:http';

/** What requests of Express and of Fastify have alike. */
export interface PlatformRequest {
  readonly method: string;
  readonly url: string;
  readonly originalUrl?: string;
  readonly headers: IncomingMessage['headers'];
  readonly body?: unknown;
  /** `https` also where a trusted proxy says so. */
  readonly protocol?: string;
  /** Fastify's: the request of Node. */
  readonly raw?: IncomingMessage;
}

/** What responses of Express and of Fastify have alike. */
export interface PlatformResponse {
  status(code: number): PlatformResponse;
  header(name: string, value: string): PlatformResponse;
  send(body: string | Buffer): unknown;
  /** Fastify's: leaves the answer to the caller. */
  hijack?(): unknown;
  /** Fastify's: the response of Node. */
  readonly raw?: ServerResponse;
  /** Fastify's: what was set up to now. */
  getHeaders?(): Record<string, number | string | string[] | undefined>;
}

/** What each answer says to the browser, whatever it is. */
const SAFE_HEADERS: Readonly<Record<string, string>> = {
  'X-Content-Type-Options': 'nosniff',
  'X-Frame-Options': 'DENY',
  'Referrer-Policy': 'no-referrer',
  'Cross-Origin-Opener-Policy': 'same-origin',
  'Cross-Origin-Resource-Policy': 'same-origin',
};
/** Of what is no page: a browser that opens it all the same runs nothing of it. */
const INERT = "default-src 'none'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'; sandbox";

/** Headers of an answer that nobody keeps. */
export const PRIVATE_HEADERS: Readonly<Record<string, string>> = {
  ...SAFE_HEADERS,
  'Content-Security-Policy': INERT,
  'Cache-Control': 'no-store',
};

/** Headers of the page: everything comes from where the page does, and nothing is inline. */
export const PAGE_HEADERS: Readonly<Record<string, string>> = {
  ...SAFE_HEADERS,
  'Content-Security-Policy':
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; font-src 'self'; connect-src 'self'; " +
    "base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
  'Permissions-Policy': 'camera=(), geolocation=(), microphone=()',
  'Cache-Control': 'no-cache',
};

/** Headers of files whose names change with their contents. */
export const ASSET_HEADERS: Readonly<Record<string, string>> = {
  ...SAFE_HEADERS,
  'Content-Security-Policy': INERT,
  'Cache-Control': 'private, max-age=31536000, immutable',
};

/** Answers with a text or bytes. */
export function send(
  response: PlatformResponse,
  status: number,
  headers: Readonly<Record<string, string>>,
  body: string | Buffer,
): void {
  response.status(status);
  for (const [name, value] of Object.entries(headers)) response.header(name, value);
  response.send(body);
}

/** Answers with JSON, as a text that is finished: no interceptor of the application gives it another form. */
export function sendJson(
  response: PlatformResponse,
  body: unknown,
  status = 200,
  headers: Readonly<Record<string, string>> = {},
): void {
  const json = { 'Content-Type': 'application/json; charset=utf-8' };
  send(response, status, { ...PRIVATE_HEADERS, ...json, ...headers }, JSON.stringify(body));
}

/** The response of Node, with the headers that the application has set, for an answer that is written bit by bit. */
export function takeOver(response: PlatformResponse): ServerResponse {
  const { raw } = response;
  if (!raw) return response as unknown as ServerResponse;
  const headers = response.getHeaders?.() ?? {};
  response.hijack?.();
  for (const [name, value] of Object.entries(headers)) if (value !== undefined) raw.setHeader(name, value);
  return raw;
}

/** Has the connection end with this answer. One of HTTP/2 is shared by many, and is left alone. */
export function endConnectionAfter(response: PlatformResponse | ServerResponse): void {
  const raw = 'raw' in response ? response.raw : (response as ServerResponse);
  if (raw.req.httpVersionMajor < 2) raw.setHeader('Connection', 'close');
}

/** A header that must be there once at most. */
export function headerOf({ headers }: PlatformRequest, name: string): string | undefined {
  const value = headers[name];
  return Array.isArray(value) ? value.join(', ') : value;
}
