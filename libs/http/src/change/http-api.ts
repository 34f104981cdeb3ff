import type { HttpQuery } from '../connection/request-url.js';
import type { HttpAnswer } from '../connection/take-answer.js';

/** What a request may have besides its address. */
export interface HttpRequestOptions {
  readonly headers?: Readonly<Record<string, string>>;
  readonly query?: HttpQuery;
  /**
   * What is sent: a text or bytes as they are, anything else as JSON. It should be the same in a retry: servers refuse a
   * known idempotency key with another body.
   */
  readonly body?: unknown;
  /** Statuses that are no failure, beside 200 to 299: `[404]` where what is not there may not be there. */
  readonly allow?: readonly number[];
  /**
   * Tells it from other requests with its method and path in the same step, in place of its number: the same in every
   * retry, as the key of what it is about is. For loops that leave something out, and for several requests at a time.
   */
  readonly name?: string;
  /**
   * Milliseconds for one answer.
   *
   * @default that of the target system
   */
  readonly timeoutMs?: number;
}

/** Options of a request whose body is an argument of its own. */
export type HttpBodyOptions = Omit<HttpRequestOptions, 'body'>;

/**
 * The API of an HTTP target system. A parameter of this type gets it. Paths are put behind that of the `baseUrl`.
 *
 * Each method resolves with an answer of status 200 to 299, or one that is allowed.
 *
 * @throws HttpStatusError for any other; HttpUnreachableError where nothing was sent; HttpAnswerLostError where it was,
 * without an answer; HttpAnswerError, HttpRedirectError; HttpAddressError, HttpRequestError and HttpRequestNameError for
 * what is not sent at all.
 */
export abstract class HttpApi {
  get<T = unknown>(path: string | URL, options?: HttpBodyOptions): Promise<HttpAnswer<T>> {
    return this.request<T>('GET', path, options);
  }

  head(path: string | URL, options?: HttpBodyOptions): Promise<HttpAnswer<undefined>> {
    return this.request<undefined>('HEAD', path, options);
  }

  post<T = unknown>(path: string | URL, body?: unknown, options?: HttpBodyOptions): Promise<HttpAnswer<T>> {
    return this.request<T>('POST', path, { ...options, body });
  }

  put<T = unknown>(path: string | URL, body?: unknown, options?: HttpBodyOptions): Promise<HttpAnswer<T>> {
    return this.request<T>('PUT', path, { ...options, body });
  }

  patch<T = unknown>(path: string | URL, body?: unknown, options?: HttpBodyOptions): Promise<HttpAnswer<T>> {
    return this.request<T>('PATCH', path, { ...options, body });
  }

  delete<T = unknown>(path: string | URL, options?: HttpRequestOptions): Promise<HttpAnswer<T>> {
    return this.request<T>('DELETE', path, options);
  }

  /** Sends a request of any method. */
  abstract request<T = unknown>(
    method: string,
    path: string | URL,
    options?: HttpRequestOptions,
  ): Promise<HttpAnswer<T>>;
}
