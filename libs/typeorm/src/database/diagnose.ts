import { factText, type TargetDiagnosis } from '@nestjs-flamingock/core/adapter';
import type { LexicalRules } from '../sql/statement-words.js';
import { withoutLiterals } from '../sql/without-literals.js';
import { driverError, type DriverError } from './driver-error.js';

/** What is read of an error besides: `query` is TypeORM's, the others are of PostgreSQL's driver. */
interface ErrorFields extends DriverError {
  readonly constraint?: unknown;
  readonly table?: unknown;
  readonly query?: unknown;
  readonly sql?: unknown;
}

/** What `diagnose` of the target system answers, by the error's shape. */
export function diagnose(rules: LexicalRules, error: unknown): TargetDiagnosis {
  const { query, sql } = (typeof error === 'object' && error !== null ? error : {}) as ErrorFields;
  const { code, errno, sqlState, severity, constraint, table }: ErrorFields = driverError(error);
  const statement = factText(query) ?? factText(sql);
  const name = factText(code);
  // PostgreSQL's code is its SQLSTATE; MySQL's has a number and a name; SQLite's is a name.
  const number = typeof errno === 'number' && errno > 0 ? String(errno) : undefined;
  return {
    code: number ?? name,
    codeName: number && name,
    sqlState: factText(sqlState) ?? (severity === undefined ? undefined : name),
    constraint: factText(constraint),
    object: factText(table),
    statement: statement && withoutLiterals(statement, rules),
  };
}
