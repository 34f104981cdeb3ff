import { FlamingockError } from '@nestjs-flamingock/core';
import { sleep, type AdapterHost } from '@nestjs-flamingock/core/adapter';
import {
  HttpAnswerLostError,
  HttpRedirectError,
  HttpStatusError,
  HttpUnreachableError,
  type FailedRequest,
} from '../http.errors.js';
import type { HttpSettings } from '../http.options.js';
import type { HttpTransport, IncomingAnswer, OutgoingRequest } from './http.transport.js';
import { isUnsent, reasonOf } from './lost-connection.js';
import { discard, readBegin } from './read-answer.js';
import { requestHeaders, type RequestHeaders } from './request-headers.js';
import { assertSameOrigin } from './request-url.js';
import { retryAfterMs } from './retry-after.js';
import { takeAnswer, type HttpAnswer } from './take-answer.js';
import type { SecretMask } from './secret-mask.js';

/** What a request is made of, without the headers of the target system. */
export interface RequestPlan {
  readonly method: string;
  readonly url: URL;
  readonly headers: RequestHeaders;
  readonly body: string | Uint8Array | undefined;
  /** True where it only reads. */
  readonly isSafe: boolean;
  readonly key: string | undefined;
  readonly timeoutMs: number;
  /** Statuses that are no failure, beside those of success. */
  readonly allow: readonly number[];
}

/** What requests are sent with. */
export interface ExchangeContext {
  readonly transport: HttpTransport;
  readonly settings: HttpSettings;
  readonly mask: SecretMask;
  readonly host: AdapterHost;
}

const MOST_REDIRECTS = 5;
const EXCERPT_BYTES = 4_096;
const EXCERPT_LENGTH = 500;
/** How much longer a pause may be than the one before. */
const GROWTH = 3;

/** One request of a change: sent, sent again where that cannot do it twice, and answered. */
export class HttpExchange {
  private attempt = 0;
  private pauseMs: number;
  /** True once it was sent and its answer did not come. */
  private wasLost = false;
  /** What was sent last. */
  private sent: OutgoingRequest | undefined;

  /**
   * @param admit resolves once it may be sent, before each time; rejects where the change may do nothing more
   * @param signal ends it
   */
  constructor(
    private readonly context: ExchangeContext,
    private readonly plan: RequestPlan,
    private readonly admit: () => Promise<void>,
    private readonly signal: AbortSignal | undefined,
  ) {
    this.pauseMs = context.settings.retry.initialMs;
  }

  /** @throws HttpStatusError, HttpUnreachableError, HttpAnswerLostError, HttpAnswerError, HttpRedirectError */
  async answer<T>(): Promise<HttpAnswer<T>> {
    for (;;) {
      this.attempt += 1;
      try {
        return await this.once<T>();
      } catch (error) {
        const pauseMs = this.pauseBefore(error);
        if (pauseMs === undefined) throw error;
        await sleep(this.context.host.runtime, pauseMs, this.signal);
        if (this.signal?.aborted) throw error;
      }
    }
  }

  private async once<T>(): Promise<HttpAnswer<T>> {
    await this.admit();
    return this.withinTime(async (signal) => {
      const answer = await this.follow(signal);
      const isFine = (answer.status >= 200 && answer.status < 300) || this.plan.allow.includes(answer.status);
      if (!isFine) throw await this.failed(answer);
      const { maxAnswerBytes } = this.context.settings;
      return this.sending(() =>
        takeAnswer<T>(() => this.failing(this.plan.url), answer, maxAnswerBytes, this.plan.method),
      );
    });
  }

  /** What only reads follows the server within its origin; anything else stays where it was sent. */
  private async follow(signal: AbortSignal): Promise<IncomingAnswer> {
    const { plan, context } = this;
    let { url } = plan;
    for (let redirects = 0; ; redirects++) {
      const answer = await this.send(url, signal);
      const location = answer.headers.get('location');
      if (answer.status < 300 || answer.status > 399 || answer.status === 304 || location === null)
        return answer;
      await discard(answer.body);
      const next = URL.canParse(location, url.href) ? new URL(location, url) : undefined;
      const refuse = (why: string): Error =>
        new HttpRedirectError(
          this.failing(url),
          answer.status,
          next ? context.mask.url(next) : 'no address',
          why,
        );
      if (!next || !isOfOrigin(plan.url, next, context.mask)) throw refuse('it leads out of the origin');
      if (!plan.isSafe) throw refuse(`${plan.method} is not repeated at another address`);
      if (redirects === MOST_REDIRECTS) throw refuse(`it is the redirect after ${MOST_REDIRECTS} others`);
      url = next;
    }
  }

  private async send(url: URL, signal: AbortSignal): Promise<IncomingAnswer> {
    const { plan, context } = this;
    const headers = requestHeaders(plan.method, await context.settings.headers(), plan.headers);
    const request: OutgoingRequest = { method: plan.method, url, headers, body: plan.body };
    this.sent = request;
    return this.sending(() => context.transport.send(request, signal));
  }

  /** Tells what became of a request whose client has failed. */
  private async sending<T>(work: () => Promise<T>): Promise<T> {
    try {
      return await work();
    } catch (error) {
      if (error instanceof FlamingockError) throw error;
      const reason = this.shown(this.signal?.aborted ? reasonOf(this.signal.reason) : reasonOf(error));
      const cause: unknown = this.signal?.aborted ? this.signal.reason : error;
      const options = { cause };
      if (isUnsent(error)) throw new HttpUnreachableError(this.failing(this.plan.url), reason, options);
      this.wasLost = true;
      throw new HttpAnswerLostError(this.failing(this.plan.url), reason, options);
    }
  }

  private async failed({ status, headers, body }: IncomingAnswer): Promise<HttpStatusError> {
    const text = this.shown(await readBegin(body, EXCERPT_BYTES))
      .replace(/\s+/g, ' ')
      .trim();
    const excerpt = text.length > EXCERPT_LENGTH ? `${text.slice(0, EXCERPT_LENGTH)} …` : text;
    const afterMs = retryAfterMs(headers);
    return new HttpStatusError(this.failing(this.plan.url), { status, excerpt, retryAfterMs: afterMs });
  }

  /** Milliseconds before it is sent again; `undefined` where it is not. */
  private pauseBefore(error: unknown): number | undefined {
    const { plan, context } = this;
    const { attempts, initialMs, maxMs } = context.settings.retry;
    const mayRepeat = plan.isSafe || (context.settings.isIdempotent && plan.key !== undefined);
    if (this.attempt >= attempts || !mayRepeat || this.signal?.aborted || !this.isPassing(error))
      return undefined;
    const longest = this.pauseMs * GROWTH - initialMs;
    this.pauseMs = Math.min(maxMs, Math.round(initialMs + context.host.runtime.random() * longest));
    const askedMs = error instanceof HttpStatusError ? (error.retryAfterMs ?? 0) : 0;
    return askedMs > maxMs ? undefined : Math.max(this.pauseMs, askedMs);
  }

  private isPassing(error: unknown): boolean {
    if (error instanceof HttpUnreachableError || error instanceof HttpAnswerLostError) return true;
    if (!(error instanceof HttpStatusError)) return false;
    // The server may still be at work on what was sent before.
    return error.isTransient || (error.status === 409 && this.wasLost);
  }

  private withinTime<T>(work: (signal: AbortSignal) => Promise<T>): Promise<T> {
    const { timeoutMs } = this.plan;
    const ending = new AbortController();
    const stop = (): void => ending.abort(this.signal?.reason);
    const late = (): void => ending.abort(new Error(`there was no answer within ${timeoutMs} ms`));
    const callOff = this.context.host.runtime.timer(timeoutMs, late);
    if (this.signal?.aborted) stop();
    // Cheaper than AbortSignal.any, and nothing of it is left on a signal that outlives the request.
    this.signal?.addEventListener('abort', stop);
    return work(ending.signal).finally(() => {
      callOff();
      this.signal?.removeEventListener('abort', stop);
    });
  }

  private failing(url: URL): FailedRequest {
    const { method, isSafe, key } = this.plan;
    return { method, isSafe, key, url: this.context.mask.url(url) };
  }

  private shown(text: string): string {
    const { sent, context } = this;
    return context.mask.text(text, sent && context.mask.sentIn(sent.url, sent.headers));
  }
}

function isOfOrigin(base: URL, url: URL, mask: SecretMask): boolean {
  try {
    assertSameOrigin(base, url, mask);
    return true;
  } catch {
    return false;
  }
}
