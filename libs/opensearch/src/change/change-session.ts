import { ReadOnlyStatementError } from '@nestjs-flamingock/core';
import type { AdapterHost, ChangeStatements } from '@nestjs-flamingock/core/adapter';
import type { ScopedRequests } from '../client/client-scope.js';
import { onlyReads, requestText, type SearchRequest } from '../client/search-request.js';
import { OpenSearchUnreachableError, OpenSearchPlainWriteError } from '../opensearch.errors.js';
import { assertWholeBulk } from './bulk-items.js';

/** Requests of a change without a transaction: sent at once, none after its end, and none that has failed in part. */
export function sendingAtOnce(statements: ChangeStatements): ScopedRequests {
  return async (request, go) => {
    const text = requestText(request);
    await statements.admission(text);
    assertReads(statements, request);
    const answer = await statements.track(text, Promise.resolve(go()));
    assertWholeBulk(statements.changeId, request, answer);
    return answer;
  };
}

/** Requests through the client in a transactional change: only those that read. */
export class ReadingRequests {
  private firstRefusal: Error | undefined;

  constructor(private readonly statements: ChangeStatements) {}

  readonly send: ScopedRequests = async (request, go) => {
    const text = requestText(request);
    this.statements.assertOpen(text);
    if (!onlyReads(request)) throw this.refuse(new OpenSearchPlainWriteError(this.statements.changeId, text));
    return this.statements.track(text, Promise.resolve(go()));
  };

  /** @throws OpenSearchPlainWriteError if a request was refused, whether or not the change took notice. */
  assertNoneRefused(): void {
    if (this.firstRefusal) throw this.firstRefusal;
  }

  private refuse(refusal: Error): Error {
    this.statements.noteWrite();
    this.firstRefusal ??= refusal;
    return refusal;
  }
}

/** Waits for requests that are on their way, and fails the change if there are any. */
export function sealRequests(
  statements: ChangeStatements,
  host: AdapterHost,
  address: string,
): Promise<void> {
  const hanging = (ms: number) =>
    new OpenSearchUnreachableError(address, 'what a change has begun', new RangeError(`not within ${ms} ms`));
  return statements.sealWithin(host, hanging);
}

/** @throws ReadOnlyStatementError for a request that does more than read, where the change may only read. */
function assertReads(statements: ChangeStatements, request: SearchRequest): void {
  if (!statements.mayOnlyRead || onlyReads(request)) return;
  const remedy = 'Make requests that only read, such as GET and _search.';
  throw new ReadOnlyStatementError(statements.changeId, requestText(request), remedy);
}
