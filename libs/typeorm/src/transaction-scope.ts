import { MethodScope, overrideMethod } from '@nestjs-flamingock/core';
import type { DataSource } from 'typeorm';
import type { ChangeSession } from './change-session.js';

/** Lets everything that happens inside a change's method use the change's transaction. */
export type TransactionScope = MethodScope<ChangeSession>;

/**
 * While it is installed, the DataSource hands out the change's runner inside its method,
 * and its ordinary ones everywhere else.
 */
export function transactionScope(dataSource: DataSource): TransactionScope {
  return new MethodScope((current) =>
    overrideMethod<'createQueryRunner', DataSource['createQueryRunner']>(
      dataSource,
      'createQueryRunner',
      (original) => (mode) => current()?.lendRunner() ?? original(mode),
    ),
  );
}
