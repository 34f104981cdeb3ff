import type { Diagnosis } from './diagnosis.js';

/** What a target system says of a failure, on one line for people; `undefined` where it says nothing. */
export function describeTargetFacts({
  code,
  codeName,
  sqlState,
  constraint,
  object,
  labels,
}: Diagnosis): string | undefined {
  const facts = [
    code !== undefined && `code ${code}${codeName === undefined ? '' : ` (${codeName})`}`,
    sqlState !== undefined && sqlState !== code && `SQLSTATE ${sqlState}`,
    constraint !== undefined && `constraint "${constraint}"`,
    object !== undefined && `of "${object}"`,
    labels !== undefined && `labels ${labels}`,
  ].filter((fact) => fact !== false);
  return facts.length > 0 ? facts.join(', ').replace(', of "', ' of "') : undefined;
}
