import type { S3Client } from '@aws-sdk/client-s3';
import { MethodScope, overrideMethod } from '@nestjs-flamingock/core/adapter';
import type { Send } from '../connection/bucket.js';

/** What becomes of requests that are given inside a change. */
interface ScopedRequests {
  readonly send: Send;
}

/**
 * Lets the application's own services, which use the client inside a change, meet the same rules as the change itself:
 * while it is installed, requests that the client is given there go through the change, and all others their usual way.
 */
export class ClientScope {
  private readonly scope: MethodScope<ScopedRequests>;

  private constructor(private readonly client: S3Client) {
    this.scope = new MethodScope((current) =>
      overrideMethod<'send', Send>(
        this.client,
        'send',
        (original) =>
          ((...sent: never[]) =>
            ((current()?.send ?? original) as (...args: never[]) => unknown)(...sent)) as Send,
      ),
    );
  }

  /** The one scope of a client. */
  static of(client: S3Client): ClientScope {
    const scope = scopes.get(client) ?? new ClientScope(client);
    scopes.set(client, scope);
    return scope;
  }

  /** How the client sends a request outside any change. */
  readonly send: Send = ((...sent: never[]) =>
    this.scope.exit(() =>
      (this.client.send as (...args: never[]) => unknown).apply(this.client, sent),
    )) as Send;

  /** Puts the hook on the client, if no other user has done so. */
  install(user: object): void {
    this.scope.install(user);
  }

  /** Takes the hook off once its last user is gone, and nothing of a change can come any more. */
  uninstall(user: object): void {
    this.scope.uninstall(user);
  }

  /** Calls `work`, and sends the requests that it passes to the client by `requests`. */
  run<T>(requests: ScopedRequests, work: () => Promise<T>): Promise<T> {
    return this.scope.run(requests, work);
  }
}

// Target systems over the same client are built apart and share its hook; the entry lives and dies with it.
const scopes = new WeakMap<S3Client, ClientScope>();
