import { HttpRequestError } from '../http.errors.js';

/** Headers by their names in small letters. */
export type RequestHeaders = Readonly<Record<string, string>>;

const NAME = /^[\w!#$%&'*+.^`|~-]+$/;
const VALUE = /^[\t\x20-\x7e\x80-\xff]*$/;

/**
 * Headers of several layers, of which the last that has one counts.
 *
 * @throws HttpRequestError for one that cannot be sent, without its value, which may be a secret.
 */
export function requestHeaders(method: string, ...layers: readonly RequestHeaders[]): RequestHeaders {
  const headers: Record<string, string> = {};
  for (const layer of layers)
    for (const [name, value] of Object.entries(layer)) {
      // A secret that was read from a file mostly has a line break at its end.
      const text = typeof value === 'string' ? value.trim() : '\n';
      if (!NAME.test(name) || !VALUE.test(text))
        throw new HttpRequestError(
          method,
          `has a header ${JSON.stringify(name)} that cannot be sent. Write one line of text.`,
        );
      headers[name.toLowerCase()] = text;
    }
  return headers;
}
