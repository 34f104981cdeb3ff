export { httpTargetSystem } from './http.definitions.js';
export type { HttpHeaders, HttpRetryOptions, HttpTargetSystemOptions } from './http.options.js';
export { HttpApi, type HttpBodyOptions, type HttpRequestOptions } from './change/http-api.js';
export { idempotencyKey, KEY_NAMESPACE, type IdempotencyKeyParts } from './change/idempotency-key.js';
export type { HttpAnswer } from './connection/take-answer.js';
export type { HttpQuery } from './connection/request-url.js';
export {
  HttpAddressError,
  HttpAnswerError,
  HttpAnswerLostError,
  HttpRedirectError,
  HttpRequestError,
  HttpRequestNameError,
  HttpStatusError,
  HttpUnreachableError,
} from './http.errors.js';
export type { FailedRequest, FailedStatus } from './http.errors.js';
