import { factText, type TargetDiagnosis } from '@nestjs-flamingock/core/adapter';

/** What is read of an error of the driver, or of Mongoose. */
interface ErrorFields {
  readonly code?: unknown;
  readonly codeName?: unknown;
  readonly errorLabels?: unknown;
  readonly message?: unknown;
}

/** How the server begins the message of a violated unique index, before any value. */
const DUPLICATE = /^E11000 duplicate key error collection: (?<collection>\S+) index: (?<index>\S+) dup key/;

/** What `diagnose` of the target system answers, by the error's shape. */
export function diagnose(error: unknown): TargetDiagnosis {
  if (typeof error !== 'object' || error === null) return {};
  const { code, codeName, errorLabels, message } = error as ErrorFields;
  const labels = Array.isArray(errorLabels) ? errorLabels.map(String).join(', ') : undefined;
  const { collection, index } = DUPLICATE.exec(String(message))?.groups ?? {};
  return {
    code: factText(code),
    codeName: factText(codeName),
    constraint: index,
    object: collection,
    labels: factText(labels),
  };
}
