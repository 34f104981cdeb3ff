import { maskSecrets } from '@nestjs-flamingock/core/adapter';

/** What drivers put on their errors, as far as we look at it. */
export interface DriverError {
  readonly code?: unknown;
  readonly errno?: unknown;
  readonly sqlState?: unknown;
  readonly fatal?: unknown;
  readonly severity?: unknown;
  readonly message?: unknown;
}

/**
 * The driver's own error inside what TypeORM throws, which wraps it except where older
 * versions do not. Told by shape: native errors, and those of another realm in test
 * runners that have one for each file, are no instances of ours.
 */
export function driverError(error: unknown): DriverError {
  if (typeof error !== 'object' || error === null) return {};
  return 'driverError' in error ? driverError(error.driverError) : error;
}

/** True if the server answered that the statement failed, and the connection goes on. */
export function isServerError(error: unknown): boolean {
  const { severity, sqlState, fatal, code } = driverError(error);
  if (severity !== undefined) return severity === 'ERROR' && !/^(08|57P|40003)/.test(String(code));
  return typeof sqlState === 'string' && fatal !== true;
}

/** The error's own message, with secrets masked. */
export function messageOf(error: unknown): string {
  const { message } = driverError(error);
  return maskSecrets(typeof message === 'string' ? message : String(error));
}
