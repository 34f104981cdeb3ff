import { MethodScope, overrideMethod } from '@nestjs-flamingock/core/adapter';
import type { Client } from '@opensearch-project/opensearch';
import {
  transportOf,
  type Callback,
  type SearchAnswer,
  type SearchRequest,
  type SendRequest,
  type Sent,
} from './search-request.js';

/** What becomes of requests that are made inside a change: refused, or sent by `go`. */
export type ScopedRequests = (
  request: SearchRequest,
  go: () => PromiseLike<SearchAnswer>,
) => Promise<SearchAnswer>;

/**
 * Lets the change, and the application's own services that use the client inside of it, meet the same rules: while
 * it is installed, requests that are made there go through the change's session, and all others their usual way.
 */
export class ClientScope {
  private readonly scope: MethodScope<ScopedRequests>;

  private constructor(private readonly client: Client) {
    this.scope = new MethodScope((current) =>
      overrideMethod<'request', SendRequest>(transportOf(client), 'request', (original) => (...call) => {
        const session = current();
        return session ? sendScoped(session, original, ...call) : original(...call);
      }),
    );
  }

  /** The one scope of a client. */
  static of(client: Client): ClientScope {
    const scope = scopes.get(client) ?? new ClientScope(client);
    scopes.set(client, scope);
    return scope;
  }

  /** Sends a request as part of no change. */
  send(request: SearchRequest, options: Readonly<Record<string, unknown>>): Promise<SearchAnswer> {
    return this.scope.exit(() => Promise.resolve(transportOf(this.client).request(request, options)));
  }

  /** Puts the hook on the client, if no other user has done so. */
  install(user: object): void {
    this.scope.install(user);
  }

  /** Takes the hook off once its last user is gone, and nothing of a change can come any more. */
  uninstall(user: object): void {
    this.scope.uninstall(user);
  }

  /** Calls `work`, and hands the requests that it makes to `session`. */
  run<T>(session: ScopedRequests, work: () => Promise<T>): Promise<T> {
    return this.scope.run(session, work);
  }
}

/** The call of a client's transport, which takes a callback or returns a promise that can be broken off. */
function sendScoped(
  session: ScopedRequests,
  original: SendRequest,
  ...[request, options, callback]: Parameters<SendRequest>
): Sent {
  if (typeof options === 'function') return sendScoped(session, original, request, {}, options);
  let sent: Sent | undefined;
  let isAborted = false;
  const abort = () => {
    isAborted = true;
    return sent?.abort();
  };
  const answer = session(request, () => {
    sent = original(request, options);
    if (isAborted) sent.abort();
    return sent;
  });
  if (callback) tell(answer, callback);
  return Object.assign(answer, { abort });
}

function tell(answer: Promise<SearchAnswer>, callback: Callback): void {
  answer.then(
    (value) => callback(null, value),
    (error: unknown) => callback(error, (error as { meta?: SearchAnswer }).meta),
  );
}

// Target systems over the same client are built apart and share its hook; the entry lives and dies with it.
const scopes = new WeakMap<Client, ClientScope>();
