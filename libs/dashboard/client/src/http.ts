import {
  CSRF_HEADER,
  ROUTES,
  type ActionBody,
  type ActionPreview,
  type ActionResult,
  type DashboardAction,
  type ErrorAnswer,
} from '../../src/api/contract.js';

/** Parameters of a request; those that are empty are left out, and a list is the same one several times. */
export type Query = Readonly<Record<string, string | number | readonly string[] | undefined>>;

/** An answer that is no success, or none at all: then `status` is 0. */
export class RequestError extends Error {
  override readonly name = 'RequestError';

  constructor(
    readonly status: number,
    message: string,
    readonly code?: string,
    readonly faults: NonNullable<ErrorAnswer['error']['faults']> = [],
  ) {
    super(message);
  }
}

/** Where the dashboard lies, whatever path a proxy puts before it: the script is in its folder `assets`. */
const BASE = new URL('..', import.meta.url);

/** The address of a route. */
export function urlOf(route: string, query: Query = {}): string {
  const url = new URL(route, BASE);
  for (const [name, value] of Object.entries(query)) {
    for (const one of Array.isArray(value) ? value : [value])
      if (one !== undefined && one !== '') url.searchParams.append(name, String(one));
  }
  return url.href;
}

/** @throws RequestError */
export async function getJson<T>(route: string, query?: Query, signal?: AbortSignal): Promise<T> {
  return answerOf<T>(await reach(urlOf(route, query), { ...(signal && { signal }) }));
}

/**
 * What an action would record.
 *
 * @throws RequestError
 */
export function preview<A extends DashboardAction>(
  action: A,
  body: ActionBody<A>,
  csrf: string,
  signal: AbortSignal,
): Promise<ActionPreview> {
  return post<ActionPreview>(`${urlOf(`${ROUTES.actions}/${action}`)}?preview`, body, csrf, signal);
}

/** @throws RequestError */
export function act<A extends DashboardAction>(
  action: A,
  body: ActionBody<A>,
  csrf: string,
): Promise<ActionResult> {
  return post<ActionResult>(urlOf(`${ROUTES.actions}/${action}`), body, csrf);
}

async function post<T>(url: string, body: object, csrf: string, signal?: AbortSignal): Promise<T> {
  const headers = { 'content-type': 'application/json', [CSRF_HEADER]: csrf };
  const request = { method: 'POST', headers, body: JSON.stringify(body), ...(signal && { signal }) };
  return answerOf<T>(await reach(url, request));
}

async function reach(url: string, request: RequestInit): Promise<Response> {
  try {
    return await fetch(url, {
      ...request,
      credentials: 'same-origin',
      redirect: 'manual',
      cache: 'no-store',
    });
  } catch (error) {
    if (error instanceof DOMException && error.name === 'AbortError') throw error;
    throw new RequestError(0, 'The application does not answer.');
  }
}

async function answerOf<T>(response: Response): Promise<T> {
  // No route of the dashboard leads elsewhere: a guard of the application does, to where people sign in.
  if (response.type === 'opaqueredirect') throw new RequestError(401, '');
  const answer: unknown = await response.json().catch(() => undefined);
  if (response.ok && answer !== undefined) return answer as T;
  const { error } = (answer ?? {}) as Partial<ErrorAnswer>;
  if (typeof error?.message === 'string')
    throw new RequestError(response.status, error.message, error.code, error.faults);
  // A guard of the application answers in words of its own.
  const { message } = (answer ?? {}) as { message?: unknown };
  throw new RequestError(response.status, typeof message === 'string' ? message : response.statusText);
}
