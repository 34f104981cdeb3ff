import type { RequestHeaders } from './request-headers.js';

/** A request as it is sent once. */
export interface OutgoingRequest {
  readonly method: string;
  readonly url: URL;
  readonly headers: RequestHeaders;
  readonly body: string | Uint8Array | undefined;
}

/** An answer of which nothing has been read but the head. */
export interface IncomingAnswer {
  readonly status: number;
  readonly headers: Headers;
  /** Whoever stops reading it early closes the connection. */
  readonly body: AsyncIterable<Uint8Array> | undefined;
  /** Reads all of it at once, which is faster; for one whose length is known. */
  readonly text?: () => Promise<string>;
}

/** What sends requests. */
export interface HttpTransport {
  /**
   * Sends a request once, follows no redirect, and takes every status for an answer.
   *
   * @throws what its client throws where there is no answer, or `signal` aborts; without what was sent.
   */
  send(request: OutgoingRequest, signal: AbortSignal): Promise<IncomingAnswer>;
}

/** Sends by Node's own `fetch`. */
export const fetchTransport: HttpTransport = {
  async send({ url, method, headers, body }, signal) {
    const answer = await fetch(url, {
      method,
      headers,
      redirect: 'manual',
      signal,
      ...(body !== undefined && { body: body as NonNullable<RequestInit['body']> }),
    });
    return {
      status: answer.status,
      headers: answer.headers,
      body: answer.body ?? undefined,
      text: () => answer.text(),
    };
  },
};
