import { maskSecrets } from '@nestjs-flamingock/core/adapter';
import { mongo } from 'mongoose';

/** Error codes of the server that we act on, by the names of its manual. */
const CODES = {
  Unauthorized: 13,
  NamespaceExists: 48,
  WriteConflict: 112,
  NoSuchTransaction: 251,
  OperationNotSupportedInTransaction: 263,
  TransactionExceededLifetimeLimitSeconds: 290,
  DuplicateKey: 11000,
} as const;

/** Labels that the server or the driver puts on errors. */
const UNKNOWN_COMMIT = 'UnknownTransactionCommitResult';
const TRANSIENT = 'TransientTransactionError';

/** True if the server answered with the error of one of these names. */
export function isServerError(error: unknown, ...names: (keyof typeof CODES)[]): boolean {
  return error instanceof mongo.MongoError && names.some((name) => CODES[name] === error.code);
}

/** True where the driver does not know whether the commit took effect. */
export function isCommitUnknown(error: unknown): boolean {
  return error instanceof mongo.MongoError && error.hasErrorLabel(UNKNOWN_COMMIT);
}

/** True where a transaction met another one and was aborted by the server. */
export function isTransient(error: unknown): boolean {
  return error instanceof mongo.MongoError && error.hasErrorLabel(TRANSIENT);
}

/** Settings of one operation, with the line to write instead, by what the driver says of them in a transaction. */
const UNFIT: readonly (readonly [RegExp, string, string])[] = [
  [/read preference in a transaction/i, 'readPreference', "readPreference: 'primary'"],
  [/unacknowledged writes/i, 'w: 0', "writeConcern: { w: 'majority' }"],
];

/** The setting because of which the driver keeps an operation out of a transaction. */
export function unfitSetting(
  error: unknown,
): { readonly name: string; readonly instead: string } | undefined {
  if (!(error instanceof mongo.MongoAPIError)) return undefined;
  const unfit = UNFIT.find(([says]) => says.test(error.message));
  return unfit && { name: unfit[1], instead: unfit[2] };
}

/** What a driver's error says, with secrets masked. */
export function messageOf(error: unknown): string {
  return maskSecrets(error instanceof Error ? error.message : String(error));
}
