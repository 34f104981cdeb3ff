import { maskSecrets } from '@nestjs-flamingock/core/adapter';
import type { RequestHeaders } from './request-headers.js';

const HIDDEN = '***';

/** Headers whose values are secrets, by their names. */
const SECRET_HEADER =
  /authorization|cookie|token|secret|session|signature|credential|passw|api-?key|access-?key|auth/i;

/** Shortest value that is looked for in texts: shorter ones are in every text. */
const SHORTEST = 4;

/** Which names of headers and of query parameters have secrets, beside those that look like it. */
export interface SecretNames {
  readonly headers: readonly string[];
  readonly query: readonly string[];
}

/** Takes secrets out of what is logged, thrown and recorded. */
export class SecretMask {
  private readonly headers: ReadonlySet<string>;
  private readonly query: ReadonlySet<string>;

  constructor({ headers, query }: SecretNames) {
    this.headers = new Set(headers.map((name) => name.toLowerCase()));
    this.query = new Set(query.map((name) => name.toLowerCase()));
  }

  /** An address, without its user, and without secrets in its query. */
  url(url: URL): string {
    const shown = new URL(url.href);
    shown.username = '';
    shown.password = '';
    for (const name of new Set(shown.searchParams.keys()))
      if (this.query.has(name.toLowerCase())) shown.searchParams.set(name, HIDDEN);
    return maskSecrets(shown.href).replaceAll('%2A%2A%2A', HIDDEN);
  }

  /** A text of a server or a driver, without the secrets that were sent. `sent`: those of {@link sentIn}. */
  text(text: string, sent: readonly string[] = []): string {
    return maskSecrets(sent.reduce((masked, secret) => masked.replaceAll(secret, HIDDEN), text));
  }

  /** The secrets of a request, the longest first. */
  sentIn(url: URL, headers: RequestHeaders): string[] {
    const values = Object.entries(headers)
      .filter(([name]) => this.isSecret(name))
      .flatMap(([, value]) => partsOf(value));
    for (const [name, value] of url.searchParams) if (this.query.has(name.toLowerCase())) values.push(value);
    const known = new Set(values.filter((value) => value.length >= SHORTEST));
    return [...known].sort((a, b) => b.length - a.length);
  }

  private isSecret(name: string): boolean {
    return this.headers.has(name) || SECRET_HEADER.test(name);
  }
}

/** A secret, and what it may be quoted as: without its scheme, a cookie's value alone, a password in clear. */
function partsOf(value: string): string[] {
  const bare = value.replace(/^(?:bearer|basic|digest|token)\s+/i, '');
  const cookies = value.split(/;\s*/).map((one) => one.slice(one.indexOf('=') + 1));
  const [, ...password] = /^basic\s/i.test(value) ? Buffer.from(bare, 'base64').toString().split(':') : [];
  return [value, bare, ...cookies, password.join(':')];
}
