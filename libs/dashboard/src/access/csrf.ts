import { createHmac, randomBytes, timingSafeEqual } from 'node:crypto';
import type { Actor } from '@nestjs-flamingock/core';
import { headerOf, type PlatformRequest } from '../request/exchange.js';

/** The cookie that holds a browser's key. The browser sends it below `api/` of the dashboard alone, and shows it to no script. */
const COOKIE = 'flamingock-dashboard';
const A_KEY = /^[\w-]{43}$/;

/** The key of a browser, and the cookie that gives it one; absent where it has one. */
export interface BrowserKey {
  readonly key: string;
  readonly cookie?: string;
}

/**
 * The key of the browser that asks, or a new one. No server keeps it, so that any pod checks what another one has given
 * out, and there is no secret to be set. The path of the cookie is what the browser calls `api/`, whatever a proxy makes
 * of it.
 */
export function browserKey(request: PlatformRequest): BrowserKey {
  const known = keyIn(request);
  if (known !== undefined) return { key: known };
  const key = randomBytes(32).toString('base64url');
  const isSecure = request.protocol === 'https' || headerOf(request, 'x-forwarded-proto') === 'https';
  return { key, cookie: `${COOKIE}=${key}; HttpOnly; SameSite=Strict${isSecure ? '; Secure' : ''}` };
}

/** What proves that a request comes from a page that was given it, for that actor. */
export function csrfToken(key: string, service: string, { kind, name }: Actor): string {
  return createHmac('sha256', key)
    .update(JSON.stringify([service, kind, name]))
    .digest('base64url');
}

/** True where the request has the key of its browser, and the token that goes with it and the actor. */
export function hasCsrfToken(
  request: PlatformRequest,
  given: string | undefined,
  service: string,
  actor: Actor,
): boolean {
  const key = keyIn(request);
  if (key === undefined || given === undefined) return false;
  const [expected, actual] = [csrfToken(key, service, actor), given].map((text) => Buffer.from(text));
  return expected !== undefined && actual?.length === expected.length && timingSafeEqual(actual, expected);
}

function keyIn(request: PlatformRequest): string | undefined {
  for (const pair of (headerOf(request, 'cookie') ?? '').split(';')) {
    const [name, value = ''] = pair.trim().split('=', 2);
    if (name === COOKIE && A_KEY.test(value)) return value;
  }
  return undefined;
}
