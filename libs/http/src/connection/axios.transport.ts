import type { HttpTransport, IncomingAnswer, OutgoingRequest } from './http.transport.js';

/** What is used of the `HttpService` of @nestjs/axios. */
export interface HttpServiceLike {
  readonly axiosRef: { request(config: AxiosRequest): Promise<AxiosAnswer> };
}

/** What is asked of axios. */
export interface AxiosRequest {
  readonly url: string;
  readonly baseURL: string;
  readonly allowAbsoluteUrls: true;
  readonly method: string;
  readonly headers: Record<string, string>;
  readonly data: unknown;
  readonly signal: AbortSignal;
  readonly maxRedirects: 0;
  readonly timeout: 0;
  readonly responseType: 'stream';
  readonly validateStatus: () => true;
  readonly transformRequest: ((data: unknown) => unknown)[];
  readonly transformResponse: ((data: unknown) => unknown)[];
}

/** What is read of an answer of axios. */
export interface AxiosAnswer {
  readonly status: number;
  readonly headers: unknown;
  readonly data: unknown;
}

const AS_IT_IS = [(data: unknown): unknown => data];

/** Sends by the application's `HttpService`: with its interceptors, agents and proxies, and its own headers besides ours. */
export class AxiosTransport implements HttpTransport {
  constructor(private readonly service: HttpServiceLike) {}

  async send({ url, method, headers, body }: OutgoingRequest, signal: AbortSignal): Promise<IncomingAnswer> {
    try {
      const {
        status,
        headers: received,
        data,
      } = await this.service.axiosRef.request({
        url: url.href,
        // An instance that puts its own address before every other must not do so here.
        baseURL: '',
        allowAbsoluteUrls: true,
        method,
        headers: { ...headers },
        data: body === undefined || typeof body === 'string' ? body : Buffer.from(body),
        signal,
        maxRedirects: 0,
        timeout: 0,
        responseType: 'stream',
        validateStatus: () => true,
        transformRequest: AS_IT_IS,
        transformResponse: AS_IT_IS,
      });
      return { status, headers: headersOf(received), body: data as AsyncIterable<Uint8Array> };
    } catch (error) {
      throw bareError(error);
    }
  }
}

function headersOf(received: unknown): Headers {
  const headers = new Headers();
  for (const [name, value] of Object.entries(received ?? {}))
    for (const one of Array.isArray(value) ? (value as unknown[]) : [value])
      if (typeof one === 'string' || typeof one === 'number') headers.append(name, String(one));
  return headers;
}

/** The error without the request that axios puts on it: whoever prints it would print its headers. */
function bareError(error: unknown): unknown {
  if (typeof error !== 'object' || error === null || !('config' in error)) return error;
  const { message, code, syscall, cause } = error as unknown as Error & { code?: unknown; syscall?: unknown };
  const bare = new TypeError(message, isBare(cause) ? { cause } : {});
  return Object.assign(bare, {
    ...(code !== undefined && { code }),
    ...(syscall !== undefined && { syscall }),
  });
}

function isBare(cause: unknown): boolean {
  return cause instanceof Error && !('config' in cause);
}
