import { FlamingockError } from '@nestjs-flamingock/core';

/** A request, as errors name it. */
export interface FailedRequest {
  readonly method: string;
  /** Its address, without secrets. */
  readonly url: string;
  /** True where it only reads. */
  readonly isSafe: boolean;
  /** Its idempotency key, where it has one. */
  readonly key?: string | undefined;
}

/** What the server has answered. */
export interface FailedStatus {
  readonly status: number;
  /** Begin of what it said, without secrets. */
  readonly excerpt: string;
  /** Milliseconds for which it asks to be left alone. */
  readonly retryAfterMs?: number | undefined;
}

/** Too early, too many, busy, and what stands before a server that is away. */
const PASSING: readonly number[] = [408, 425, 429, 502, 503, 504];
/** With these nothing was done: the server has not accepted the request. */
const REFUSED = (status: number): boolean => status >= 400 && status < 500 && status !== 408;

/** The server answered with a status that is no success. */
export class HttpStatusError extends FlamingockError {
  readonly code: string = 'FLAMINGOCK_HTTP_STATUS';
  override readonly isTransient: boolean;
  readonly method: string;
  readonly url: string;
  readonly key: string | undefined;
  readonly status: number;
  readonly excerpt: string;
  readonly retryAfterMs: number | undefined;
  /** True where it is not known whether the request took effect. */
  readonly isUnknown: boolean;

  constructor(request: FailedRequest, { status, excerpt, retryAfterMs }: FailedStatus) {
    const isUnknown = !request.isSafe && !REFUSED(status);
    const said = excerpt === '' ? '' : ` and said: ${excerpt}`;
    super(
      `${named(request)} was answered with status ${status}${said}. ${remedyOf(request, status)}` +
        (isUnknown ? ` ${notKnown(request)}` : ''),
    );
    this.isTransient = PASSING.includes(status);
    this.method = request.method;
    this.url = request.url;
    this.key = request.key;
    this.status = status;
    this.excerpt = excerpt;
    this.retryAfterMs = retryAfterMs;
    this.isUnknown = isUnknown;
    this.hide('excerpt', 'isUnknown');
  }
}

/** No connection could be made: nothing was sent. */
export class HttpUnreachableError extends FlamingockError {
  readonly code: string = 'FLAMINGOCK_HTTP_UNREACHABLE';
  override readonly isTransient = true;
  readonly method: string;
  readonly url: string;

  constructor(request: FailedRequest, reason: string, options?: ErrorOptions) {
    super(
      `${named(request)} was not sent: ${reason}. Check that the server is up, that this host reaches it, and the ` +
        'baseUrl of the target system.',
      options,
    );
    this.method = request.method;
    this.url = request.url;
  }
}

/** A request was sent, and its answer did not come, or only in part. */
export class HttpAnswerLostError extends FlamingockError {
  readonly code: string = 'FLAMINGOCK_HTTP_ANSWER_LOST';
  override readonly isTransient = true;
  readonly method: string;
  readonly url: string;
  readonly key: string | undefined;
  /** True where it is not known whether the request took effect. */
  readonly isUnknown: boolean;

  constructor(request: FailedRequest, reason: string, options?: ErrorOptions) {
    super(
      `${named(request)} was sent, and its answer was lost: ${reason}.` +
        (request.isSafe ? ' It only reads: start again.' : ` ${notKnown(request)}`),
      options,
    );
    this.method = request.method;
    this.url = request.url;
    this.key = request.key;
    this.isUnknown = !request.isSafe;
    this.hide('isUnknown');
  }
}

/** The server answered a request with what cannot be taken. The request itself was accepted. */
export class HttpAnswerError extends FlamingockError {
  readonly code: string = 'FLAMINGOCK_HTTP_ANSWER';
  readonly method: string;
  readonly url: string;
  readonly status: number;

  constructor(request: FailedRequest, status: number, problem: string, options?: ErrorOptions) {
    super(
      `${named(request)} was answered with status ${status}, so the server has accepted it, but ${problem}.`,
      options,
    );
    this.method = request.method;
    this.url = request.url;
    this.status = status;
  }
}

/** The server sends a request elsewhere, and it was not followed. */
export class HttpRedirectError extends FlamingockError {
  readonly code: string = 'FLAMINGOCK_HTTP_REDIRECT';
  readonly method: string;
  readonly url: string;
  readonly status: number;

  constructor(
    request: FailedRequest,
    status: number,
    /** Where to, without secrets. */
    readonly location: string,
    why: string,
  ) {
    super(
      `${named(request)} was answered with status ${status}, which sends it to ${location}. It was not followed: ${why}. ` +
        'Give the target system the address that the server means as its baseUrl, or send the request there by hand.',
    );
    this.method = request.method;
    this.url = request.url;
    this.status = status;
  }
}

/** A request is for another origin than that of the target system. Nothing was sent. */
export class HttpAddressError extends FlamingockError {
  readonly code: string = 'FLAMINGOCK_HTTP_ADDRESS';

  constructor(
    /** What was asked for, without secrets. */
    readonly address: string,
    readonly origin: string,
  ) {
    super(
      `${JSON.stringify(address)} is no address below ${origin}, and was not called: headers of this target system go ` +
        'nowhere else. Write a path, such as "suppliers/7", or declare another httpTargetSystem for that origin.',
    );
  }
}

/** A request is not one that can be sent. Nothing was sent. */
export class HttpRequestError extends FlamingockError {
  readonly code: string = 'FLAMINGOCK_HTTP_REQUEST';

  constructor(
    readonly method: string,
    /** What is wrong with it, and what to write, as sentences go on. */
    problem: string,
    options?: ErrorOptions,
  ) {
    super(`A request ${JSON.stringify(method)} ${problem}`, options);
  }
}

/** Two requests of a change cannot be told apart in a retry. The second was not sent. */
export class HttpRequestNameError extends FlamingockError {
  readonly code: string = 'FLAMINGOCK_HTTP_REQUEST_NAME';

  constructor(
    readonly changeId: string,
    /** Method and path. */
    readonly request: string,
    /** The name that both have; `undefined`: they have none. */
    readonly requestName?: string,
  ) {
    super(
      requestName === undefined
        ? `Change "${changeId}" sends ${request} while another ${request} is on its way: which of them is the first would ` +
            'be chance, and with it their idempotency keys. Await each before the next, or give each a name that it has ' +
            'in every retry: { name: supplier.code }.'
        : `Change "${changeId}" sends ${request} with the name "${requestName}" a second time: the server would take it ` +
            'for a repetition of the first. Give each request a name of its own.',
    );
  }
}

function named({ method, url }: FailedRequest): string {
  return `${method} ${url}`;
}

function notKnown({ key }: FailedRequest): string {
  const by = key === undefined ? '' : ` (its idempotency key is ${key})`;
  return `Whether it took effect is not known: look on the server${by}.`;
}

function remedyOf({ key }: FailedRequest, status: number): string {
  if (status === 401 || status === 403)
    return 'Check the credentials in the headers of the target system, and their rights.';
  if (PASSING.includes(status)) return 'The server is busy or away for a moment: start again later.';
  if (key !== undefined && (status === 409 || status === 422))
    return `It may know the idempotency key ${key} already, from a request that is not over or had another body.`;
  return status >= 500 ? 'Look into the log of the server.' : 'Correct the request, or what the server has.';
}
