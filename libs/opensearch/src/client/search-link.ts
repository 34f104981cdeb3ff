import type { AdapterHost } from '@nestjs-flamingock/core/adapter';
import type { Client } from '@opensearch-project/opensearch';
import { OpenSearchUnreachableError } from '../opensearch.errors.js';
import type { ClientScope } from './client-scope.js';
import { requestText, type SearchAnswer, type SearchRequest } from './search-request.js';

/** Names of the client's errors that say that there is no answer. */
const NO_ANSWER: readonly unknown[] = ['ConnectionError', 'TimeoutError', 'NoLivingConnectionsError'];

/** An answer, read. */
export interface Answer<T> {
  readonly status: number;
  readonly body: T;
}

/** What goes with a request besides its contents. */
export interface RequestExtras {
  /** Statuses that are answers, and no errors. */
  readonly accept?: readonly number[];
  /** By which a task on the server is known later. */
  readonly opaqueId?: string;
}

/** Requests of our own, by the application's client, as part of no change. */
export class SearchLink {
  constructor(
    private readonly client: Client,
    private readonly scope: ClientScope,
    readonly host: AdapterHost,
  ) {}

  /**
   * Sends a request once, one that only reads a second time where the connection broke. The client by itself would
   * send all of them again, writes too, also when the answer is late.
   *
   * @throws OpenSearchUnreachableError without an answer; the client's `ResponseError`.
   */
  async ask<T>(request: SearchRequest, { accept = [], opaqueId }: RequestExtras = {}): Promise<Answer<T>> {
    const options = {
      maxRetries: 0,
      requestTimeout: this.host.limits.answerMs,
      ignore: [...accept],
      ...(opaqueId !== undefined && { opaqueId }),
    };
    try {
      const { statusCode, body } = await this.send(request, options);
      return { status: statusCode ?? 0, body: body as T };
    } catch (error) {
      if (!isNoAnswer(error)) throw error;
      throw new OpenSearchUnreachableError(this.address, requestText(request), error);
    }
  }

  private async send(
    request: SearchRequest,
    options: Readonly<Record<string, unknown>>,
  ): Promise<SearchAnswer> {
    try {
      return await this.scope.send(request, options);
    } catch (error) {
      if (request.method !== 'GET' || !isBroken(error)) throw error;
      return this.scope.send(request, options);
    }
  }

  /** Where the client connects to, without what a URL may hold of secrets. */
  get address(): string {
    const { connections } = this.client.connectionPool as unknown as {
      readonly connections: readonly { readonly url: URL }[];
    };
    return connections.map(({ url }) => `${url.protocol}//${url.host}`).join(', ');
  }
}

/** True where the client has no answer, or no whole one; read by shape. */
export function isNoAnswer(error: unknown): boolean {
  return typeof error === 'object' && error !== null && NO_ANSWER.includes((error as Error).name);
}

/** True where a connection broke, or there was none; not where the answer is late. */
function isBroken(error: unknown): boolean {
  return isNoAnswer(error) && (error as Error).name === 'ConnectionError';
}
