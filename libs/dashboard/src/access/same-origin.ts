import { headerOf, type PlatformRequest } from '../request/exchange.js';

/**
 * True where the browser says that the page which asks is of the same origin. It says so itself, in `Sec-Fetch-Site`,
 * wherever it trusts the connection; else by `Origin`, which has to be the host that was asked for.
 */
export function isSameOrigin(request: PlatformRequest, origins: readonly string[]): boolean {
  const origin = headerOf(request, 'origin');
  const site = headerOf(request, 'sec-fetch-site');
  if (origin !== undefined && origins.includes(origin)) return site === undefined || site !== 'cross-site';
  if (site !== undefined) return site === 'same-origin';
  if (origin === undefined || !URL.canParse(origin)) return false;
  const hosts = [headerOf(request, 'x-forwarded-host')?.split(',')[0]?.trim(), headerOf(request, 'host')];
  return hosts.includes(new URL(origin).host);
}
