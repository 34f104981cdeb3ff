import { ReadOnlyStatementError } from '@nestjs-flamingock/core';
import { currentStep, type ChangeRun, type ChangeStatements } from '@nestjs-flamingock/core/adapter';
import { HttpExchange, type ExchangeContext } from '../connection/http-exchange.js';
import { requestUrl } from '../connection/request-url.js';
import type { HttpAnswer } from '../connection/take-answer.js';
import { HttpApi, type HttpRequestOptions } from './http-api.js';
import { RequestKeys } from './request-keys.js';
import { requestPlan } from './request-plan.js';

/** Methods that do not alter anything, as HTTP has it. */
const SAFE: readonly string[] = ['GET', 'HEAD', 'OPTIONS', 'TRACE'];

/** The API as one call of a change's method has it: each request is tracked, and none is sent after its end. */
export class ChangeApi extends HttpApi {
  private readonly keys: RequestKeys;

  constructor(
    private readonly run: ChangeRun,
    private readonly context: ExchangeContext,
    private readonly statements: ChangeStatements,
  ) {
    super();
    this.keys = new RequestKeys(run);
  }

  // Up to the first await it is done when it is called: the order of calls is the order of keys.
  override async request<T = unknown>(
    method: string,
    path: string | URL,
    options: HttpRequestOptions = {},
  ): Promise<HttpAnswer<T>> {
    const { settings, mask } = this.context;
    const url = requestUrl(settings.baseUrl, path, options.query, mask);
    const verb = method.toUpperCase();
    const request = `${verb} ${url.pathname}`;
    const isSafe = SAFE.includes(verb);
    if (this.statements.haveEnded) throw this.statements.refusal(request);
    if (!isSafe) this.assertMayWrite(request);
    const plan = requestPlan(verb, options, settings);
    const numbered = isSafe ? undefined : this.keys.next(request, options.name);
    const admit = async (): Promise<void> => this.statements.admission(request);
    const headers = numbered
      ? { ...plan.headers, [settings.idempotencyHeader.toLowerCase()]: numbered.key }
      : plan.headers;
    const { body, timeoutMs, allow } = plan;
    const whole = { method: verb, url, headers, body, isSafe, key: numbered?.key, timeoutMs, allow };
    const exchange = new HttpExchange(this.context, whole, admit, this.run.signal);
    return this.statements.track(request, exchange.answer<T>()).finally(() => numbered?.done());
  }

  private assertMayWrite(request: string): void {
    if (!this.statements.mayOnlyRead && currentStep()?.calls !== 'verify') return;
    throw new ReadOnlyStatementError(
      this.run.changeId,
      request,
      'Send requests that only read: get() and head().',
    );
  }
}
