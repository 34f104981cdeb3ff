import {
  AuditStoreUnavailableError,
  FlamingockError,
  InvalidRequestError,
  LockTimeoutError,
  NoAnswerError,
  UnknownAlertError,
  UnknownChangeError,
  UnknownRunError,
} from '@nestjs-flamingock/core';
import { maskSecrets } from '@nestjs-flamingock/core/adapter';
import type { ErrorAnswer } from '../api/contract.js';
import { RequestRefusedError } from '../options/request.errors.js';

/** An error that says what is to be done, as an answer. What is none of ours is the application's to handle. */
export function answerTo(
  error: unknown,
): { readonly status: number; readonly answer: ErrorAnswer } | undefined {
  if (!(error instanceof FlamingockError)) return undefined;
  const faults = error instanceof InvalidRequestError ? { faults: error.faults } : {};
  const message = maskSecrets(error.message);
  return { status: statusOf(error), answer: { error: { code: error.code, message, ...faults } } };
}

/** What is refused as things stand is a conflict: it may be right after another look. */
function statusOf(error: FlamingockError): number {
  if (error instanceof RequestRefusedError) return error.status;
  if (error instanceof InvalidRequestError) return 400;
  if ([UnknownChangeError, UnknownRunError, UnknownAlertError].some((kind) => error instanceof kind))
    return 404;
  const isAway = error instanceof AuditStoreUnavailableError || error instanceof NoAnswerError;
  if (isAway) return 503;
  return error instanceof LockTimeoutError ? 423 : 409;
}
