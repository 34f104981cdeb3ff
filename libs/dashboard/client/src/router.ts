/** The pages, by the first part of the address behind `#/`. */
export const PAGES = [
  'overview',
  'runs',
  'changes',
  'issues',
  'history',
  'integrity',
  'report',
  'alerts',
  'circuits',
] as const;

export type PageName = (typeof PAGES)[number];

/** What an address shows. Addresses are behind `#`, so that they work below any path that a proxy puts before them. */
export interface Route {
  readonly page: PageName | 'not-found';
  readonly id?: string;
  readonly query: URLSearchParams;
}

/** What `location.hash` asks for. */
export function routeOf(hash: string): Route {
  const [path, search] = splitOnce(hash.replace(/^#\/?/, ''), '?');
  const [name, rest] = splitOnce(path, '/');
  const query = new URLSearchParams(search);
  const page = name === '' ? 'overview' : PAGES.find((one) => one === name);
  if (!page) return { page: 'not-found', query };
  if (rest === undefined || rest === '') return { page, query };
  const id = decoded(rest);
  return id === undefined ? { page: 'not-found', query } : { page, id, query };
}

/** The address of a page, for `href`. Parameters without a value are left out. */
export function hrefTo(page: PageName, id?: string, query: Readonly<Record<string, string>> = {}): string {
  const path = page === 'overview' ? '#/' : `#/${page}`;
  const search = new URLSearchParams(Object.entries(query).filter(([, value]) => value !== '')).toString();
  return `${path}${id === undefined ? '' : `/${encodeURIComponent(id)}`}${search === '' ? '' : `?${search}`}`;
}

function splitOnce(text: string, separator: string): [string, string?] {
  const at = text.indexOf(separator);
  return at === -1 ? [text] : [text.slice(0, at), text.slice(at + separator.length)];
}

/** An address that somebody has typed may end in the middle of an escape. */
function decoded(text: string): string | undefined {
  try {
    return decodeURIComponent(text);
  } catch {
    return undefined;
  }
}
