import type { AdapterHost } from '@nestjs-flamingock/core/adapter';
import type { DataSource, QueryRunner } from 'typeorm';
import type { SqlExecutor } from '../../sql/dialect.js';

/** What the transaction of a change is made of. */
export interface TransactionParts {
  readonly changeId: string;
  readonly dataSource: DataSource;
  readonly host: AdapterHost;
  /** Has the transaction open. */
  readonly runner: QueryRunner;
  /** Executes on that runner. */
  readonly executor: SqlExecutor;
}
