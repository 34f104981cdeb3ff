import { HttpAddressError } from '../http.errors.js';
import type { SecretMask } from './secret-mask.js';

const ABSOLUTE = /^[a-z][a-z0-9+.-]*:\/\//i;

/** Values of a query; of a list, each under the same name. Those that are `undefined` are left out. */
export type HttpQuery = Readonly<
  Record<string, string | number | boolean | undefined | readonly (string | number | boolean)[]>
>;

/**
 * The address of a request: `path` is put behind that of `base`, or is an address of the same origin, as a server gives
 * out in `Location`.
 *
 * @throws HttpAddressError for every other origin, and for what is no address.
 */
export function requestUrl(base: URL, path: unknown, query: HttpQuery | undefined, mask: SecretMask): URL {
  const url = resolved(base, path, mask);
  for (const [name, value] of Object.entries(query ?? {}))
    for (const one of typeof value === 'object' ? value : [value])
      if (one !== undefined) url.searchParams.append(name, String(one));
  url.hash = '';
  return url;
}

/** @throws HttpAddressError where `url` is not of the origin of `base`. */
export function assertSameOrigin(base: URL, url: URL, mask: SecretMask): void {
  const isOurs = url.origin === base.origin && url.username === '' && url.password === '';
  if (!isOurs) throw new HttpAddressError(mask.url(url), base.origin);
}

function resolved(base: URL, path: unknown, mask: SecretMask): URL {
  const text = String(path);
  const isText = typeof path === 'string' || path instanceof URL;
  const address = ABSOLUTE.test(text) ? text : `${base.origin}${joined(base.pathname, text)}`;
  // Two slashes begin the name of another host.
  if (!isText || text.startsWith('//') || !URL.canParse(address))
    throw new HttpAddressError(mask.text(text), base.origin);
  const url = new URL(address);
  assertSameOrigin(base, url, mask);
  return url;
}

function joined(base: string, path: string): string {
  const begin = base.replace(/\/$/, '');
  if (path === '' || path.startsWith('?')) return `${begin || '/'}${path}`;
  return `${begin}/${path.replace(/^\//, '')}`;
}
