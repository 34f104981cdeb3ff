import { inspect } from 'node:util';
import {
  FlamingockError,
  InvalidRequestError,
  NotYetError,
  UnknownAlertError,
  UnknownChangeError,
} from '@nestjs-flamingock/core';
import { maskSecrets } from '@nestjs-flamingock/core/adapter';
import { UsageError } from './cli.errors.js';
import { ExitCode } from './exit-code.js';
import { describeError } from './output/describe-error.js';
import type { Output } from './output/output.js';

/** Shows what a command threw, and says how it ended by that. */
export function showFailure(error: unknown, output: Output, verbose: boolean): ExitCode {
  const name = error instanceof Error ? error.name : 'Error';
  const message = error instanceof FlamingockError ? error.message : describeError(error);
  const code = error instanceof FlamingockError ? { code: error.code } : {};
  output.failure({ name, ...code, message });
  if (verbose) output.note(maskSecrets(inspect(error)));
  return exitCodeOf(error);
}

/** How a command ends that ends with this error. */
export function exitCodeOf(error: unknown): ExitCode {
  if (error instanceof NotYetError) return ExitCode.NOT_YET;
  return isUsage(error) ? ExitCode.USAGE : ExitCode.FAILED;
}

function isUsage(error: unknown): boolean {
  const kinds = [UsageError, UnknownChangeError, UnknownAlertError, InvalidRequestError];
  return kinds.some((kind) => error instanceof kind);
}
