import type { Client } from '@opensearch-project/opensearch';

/** A request as the transport of a client is given it. */
export interface SearchRequest {
  readonly method: string;
  readonly path: string;
  readonly querystring?: unknown;
  readonly body?: unknown;
  readonly bulkBody?: unknown;
}

/** An answer as the transport of a client has it. */
export interface SearchAnswer {
  readonly body: unknown;
  readonly statusCode: number | null;
}

/** What a call of the transport returns: a promise that can be broken off. */
export interface Sent extends PromiseLike<SearchAnswer> {
  abort(): unknown;
}

export type Callback = (error: unknown, answer?: SearchAnswer) => void;

/** How every request leaves a client. */
export type SendRequest = (
  request: SearchRequest,
  options?: Readonly<Record<string, unknown>> | Callback,
  callback?: Callback,
) => Sent;

/** The transport of a client, by which all its methods and helpers go. */
export function transportOf(client: Client): { request: SendRequest } {
  return client.transport as unknown as { request: SendRequest };
}

/** A request in words: what it is sent to, without what it holds. */
export function requestText({ method, path }: SearchRequest): string {
  return `${method} ${path}`;
}

/** Reading calls that are sent by POST, by the first part of their path that is no index. */
const READING = new Set([
  ...['_search', '_msearch', '_count', '_mget', '_explain', '_validate', '_field_caps'],
  ...['_termvectors', '_mtermvectors', '_analyze', '_rank_eval', '_render', '_resolve'],
  // What is written becomes visible to searches, which it would by itself a second later.
  '_refresh',
]);

/** True for a request that alters neither documents nor settings. */
export function onlyReads({ method, path }: SearchRequest): boolean {
  const verb = method.toUpperCase();
  if (verb === 'GET' || verb === 'HEAD') return true;
  const parts = path.split('/');
  // Names of indices begin with no underscore, ids of documents may.
  const at = parts.findIndex((part) => part.startsWith('_') && part !== '_all');
  const call = parts[at] ?? '';
  if (verb === 'DELETE')
    return call === '_search' && ['scroll', 'point_in_time'].includes(parts[at + 1] ?? '');
  return verb === 'POST' && READING.has(call);
}
