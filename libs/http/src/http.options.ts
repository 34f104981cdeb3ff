import type { TargetSystemDefinition } from '@nestjs-flamingock/core';
import {
  countFrom,
  milliseconds,
  optionFaults,
  shown,
  type OptionNames,
  type ProvidedHandle,
} from '@nestjs-flamingock/core/adapter';

/** A token of Nest's container. */
type Token = NonNullable<TargetSystemDefinition['inject']>[number];

/** Headers of every request, or what gives them before each: with a token that is renewed. */
export type HttpHeaders = Readonly<Record<string, string>>;

/** How often a request is sent, and how long is waited in between. */
export interface HttpRetryOptions {
  /**
   * How often at most, the first time included.
   *
   * @default 3
   */
  readonly attempts?: number;
  /**
   * Shortest pause, in milliseconds.
   *
   * @default 250
   */
  readonly initialMs?: number;
  /**
   * Longest pause, in milliseconds. A server that asks for a longer one by `Retry-After` is not asked again by the request.
   *
   * @default 10_000
   */
  readonly maxMs?: number;
}

/** Options of {@link httpTargetSystem}. */
export interface HttpTargetSystemOptions {
  /** Where the API is: `https://erp.example.com/api/v2`. Every request goes to its origin, and paths are put behind its path. */
  readonly baseUrl: string | URL;
  /** Headers of every request, such as `Authorization`; a function is asked before each time that a request is sent. */
  readonly headers?: HttpHeaders | (() => HttpHeaders | Promise<HttpHeaders>);
  /**
   * `honoured`: the server does a request at most once for one idempotency key, so that what was sent without an answer is
   * sent again within the run. `ignored`: nothing that may alter anything is sent a second time by itself.
   *
   * @default 'ignored'
   */
  readonly idempotency?: 'honoured' | 'ignored';
  /**
   * Name of the header with the idempotency key.
   *
   * @default 'Idempotency-Key'
   */
  readonly idempotencyHeader?: string;
  /** Token of the application's `HttpService` of @nestjs/axios, by which requests are sent then. @default Node's fetch */
  readonly httpService?: Token;
  /**
   * Milliseconds for one answer, up to its last byte.
   *
   * @default 30_000
   */
  readonly timeoutMs?: number;
  /** What is repeated within a request. */
  readonly retry?: HttpRetryOptions;
  /**
   * Longest answer, in bytes.
   *
   * @default 10_485_760
   */
  readonly maxAnswerBytes?: number;
  /** Names of headers and query parameters whose values are secrets, beside those that look like it. */
  readonly secrets?: { readonly headers?: readonly string[]; readonly query?: readonly string[] };
  /** What else parameters of this target's changes may ask for. */
  readonly provide?: readonly ProvidedHandle[];
}

/** Options with their defaults. */
export interface HttpSettings {
  /** Without its user. */
  readonly baseUrl: URL;
  readonly headers: () => HttpHeaders | Promise<HttpHeaders>;
  readonly isIdempotent: boolean;
  readonly idempotencyHeader: string;
  readonly timeoutMs: number;
  readonly retry: Required<HttpRetryOptions>;
  readonly maxAnswerBytes: number;
  readonly secrets: { readonly headers: readonly string[]; readonly query: readonly string[] };
}

const OPTIONS: OptionNames<HttpTargetSystemOptions> = {
  baseUrl: true,
  headers: true,
  idempotency: true,
  idempotencyHeader: true,
  httpService: true,
  timeoutMs: true,
  retry: true,
  maxAnswerBytes: true,
  secrets: true,
  provide: true,
};
const RETRY: OptionNames<HttpRetryOptions> = { attempts: true, initialMs: true, maxMs: true };
const SECRETS: OptionNames<NonNullable<HttpTargetSystemOptions['secrets']>> = { headers: true, query: true };

/** What a header may be called. */
const HEADER_NAME = /^[\w!#$%&'*+.^`|~-]+$/;
const MIB = 1_048_576;

/** Fills in the defaults. The options have no faults. */
export function resolveHttpOptions(options: HttpTargetSystemOptions): HttpSettings {
  const { headers = {}, retry = {}, secrets = {} } = options;
  const { initialMs = 250 } = retry;
  const baseUrl = new URL(options.baseUrl);
  const user = userOf(baseUrl);
  baseUrl.username = '';
  baseUrl.password = '';
  const ask = typeof headers === 'function' ? headers : () => headers;
  return {
    baseUrl,
    headers: user === undefined ? ask : async () => ({ authorization: user, ...(await ask()) }),
    isIdempotent: options.idempotency === 'honoured',
    idempotencyHeader: options.idempotencyHeader ?? 'Idempotency-Key',
    timeoutMs: options.timeoutMs ?? 30_000,
    retry: { attempts: retry.attempts ?? 3, initialMs, maxMs: retry.maxMs ?? Math.max(initialMs, 10_000) },
    maxAnswerBytes: options.maxAnswerBytes ?? 10 * MIB,
    secrets: { headers: secrets.headers ?? [], query: secrets.query ?? [] },
  };
}

/** Everything that is wrong with the options, each as a sentence. */
export function httpOptionFaults(call: string, given: unknown): string[] {
  const unknown = optionFaults(call, given, OPTIONS);
  const options = Object(given) as Partial<HttpTargetSystemOptions>;
  const { idempotency, idempotencyHeader, headers, retry, secrets, timeoutMs, maxAnswerBytes } = options;
  const values = [
    baseUrlFault(options.baseUrl),
    idempotency !== undefined && !['honoured', 'ignored'].includes(idempotency)
      ? `idempotency must be 'honoured' or 'ignored', not ${shown(idempotency)}`
      : undefined,
    idempotencyHeader !== undefined &&
    !(typeof idempotencyHeader === 'string' && HEADER_NAME.test(idempotencyHeader))
      ? `idempotencyHeader must be the name of a header, not ${shown(idempotencyHeader)}`
      : undefined,
    headers !== undefined && typeof headers !== 'function' && !isTexts(headers)
      ? 'headers must have texts as values, or be a function that gives such headers'
      : undefined,
    timeoutMs === undefined ? undefined : milliseconds('timeoutMs', timeoutMs, 1),
    maxAnswerBytes === undefined ? undefined : countFrom(1, 'maxAnswerBytes', maxAnswerBytes),
  ];
  const inside = [
    ...(retry === undefined ? [] : retryFaults(`${call} in "retry"`, retry)),
    ...(secrets === undefined ? [] : secretFaults(`${call} in "secrets"`, secrets)),
  ];
  return [...unknown, ...values.flatMap((fault) => (fault ? [`${call}: ${fault}`] : [])), ...inside];
}

function baseUrlFault(baseUrl: unknown): string | undefined {
  const example = 'such as "https://erp.example.com/api"';
  const url = typeof baseUrl === 'string' && URL.canParse(baseUrl) ? new URL(baseUrl) : baseUrl;
  // What it is may hold a password.
  if (!(url instanceof URL)) return `baseUrl must be an address, ${example}`;
  if (!['http:', 'https:'].includes(url.protocol))
    return `baseUrl must begin with http:// or https://, ${example}`;
  return url.search === '' && url.hash === ''
    ? undefined
    : `baseUrl must have no query and no fragment, ${example}`;
}

function retryFaults(call: string, retry: HttpRetryOptions): string[] {
  const unknown = optionFaults(call, retry, RETRY);
  const { attempts, initialMs, maxMs } = Object(retry) as HttpRetryOptions;
  const faults = [
    attempts === undefined ? undefined : countFrom(1, 'attempts', attempts),
    initialMs === undefined ? undefined : milliseconds('initialMs', initialMs, 1),
    maxMs === undefined ? undefined : milliseconds('maxMs', maxMs, initialMs ?? 1),
  ];
  return [...unknown, ...faults.flatMap((fault) => (fault ? [`${call}: ${fault}`] : []))];
}

function secretFaults(call: string, secrets: NonNullable<HttpTargetSystemOptions['secrets']>): string[] {
  const unknown = optionFaults(call, secrets, SECRETS);
  const lists = Object.entries(Object(secrets) as object).filter(([name]) => Object.hasOwn(SECRETS, name));
  const wrong = lists.filter(([, list]) => list !== undefined && !isListOfTexts(list));
  return [...unknown, ...wrong.map(([name]) => `${call}: ${name} must be a list of names`)];
}

function isListOfTexts(list: unknown): boolean {
  return Array.isArray(list) && list.every((one) => typeof one === 'string');
}

function isTexts(headers: unknown): boolean {
  if (typeof headers !== 'object' || headers === null) return false;
  return Object.values(headers).every((value) => typeof value === 'string');
}

function userOf({ username, password }: URL): string | undefined {
  if (username === '' && password === '') return undefined;
  const user = `${decodeURIComponent(username)}:${decodeURIComponent(password)}`;
  return `Basic ${Buffer.from(user).toString('base64')}`;
}
