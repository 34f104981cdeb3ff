import { MethodScope, overrideMethod } from '@nestjs-flamingock/core/adapter';
import type { DataSource, ObjectLiteral, QueryBuilder, QueryRunner } from 'typeorm';
import { wholeInserts, wholeSaves } from './whole-writes.js';

/** What a change makes of the query runners that are asked for inside its method. */
export interface ScopedRunners {
  readonly changeId: string;
  /** `open` opens an ordinary one. */
  lendRunner(open: DataSource['createQueryRunner']): QueryRunner;
}

/** Lets everything that happens inside a change's method use runners of the change. */
export type TransactionScope = MethodScope<ScopedRunners>;

type Build = (...args: never[]) => QueryBuilder<ObjectLiteral>;

/**
 * While it is installed, the DataSource hands out the change's runners inside its method, and its ordinary ones
 * everywhere else. Inside, it leaves nothing out of what it writes.
 */
export function transactionScope(dataSource: DataSource): TransactionScope {
  return new MethodScope((current) => {
    const restores = [
      overrideMethod<'createQueryRunner', DataSource['createQueryRunner']>(
        dataSource,
        'createQueryRunner',
        (original) => (mode) => current()?.lendRunner(original) ?? original(mode),
      ),
      overrideMethod<'createQueryBuilder', Build>(dataSource, 'createQueryBuilder', (build) => (...args) => {
        const scope = current();
        return scope ? wholeInserts(scope.changeId, build(...args)) : build(...args);
      }),
      wholeSaves(dataSource, dataSource.manager, () => current()?.changeId),
    ];
    return () => restores.forEach((restore) => restore());
  });
}
