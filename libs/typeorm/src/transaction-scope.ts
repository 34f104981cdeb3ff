import { MethodScope, overrideMethod } from '@nestjs-flamingock/core';
import type { DataSource, QueryRunner } from 'typeorm';

/** What a change makes of the query runners that are asked for inside its method. */
export interface ScopedRunners {
  /** `open` opens an ordinary one. */
  lendRunner(open: DataSource['createQueryRunner']): QueryRunner;
}

/** Lets everything that happens inside a change's method use runners of the change. */
export type TransactionScope = MethodScope<ScopedRunners>;

/**
 * While it is installed, the DataSource hands out the change's runners inside its method,
 * and its ordinary ones everywhere else.
 */
export function transactionScope(dataSource: DataSource): TransactionScope {
  return new MethodScope((current) =>
    overrideMethod<'createQueryRunner', DataSource['createQueryRunner']>(
      dataSource,
      'createQueryRunner',
      (original) => (mode) => current()?.lendRunner(original) ?? original(mode),
    ),
  );
}
