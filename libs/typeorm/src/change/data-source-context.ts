import { SharedHost, type AdapterHost } from '@nestjs-flamingock/core/adapter';
import type { DataSource } from 'typeorm';
import type { Admission, SqlDatabase } from '../database/database.js';
import { openDatabase } from '../database/dialects.js';
import { transactionScope, type TransactionScope } from './transaction-scope.js';

/** What all stores and target systems over one DataSource share. */
export interface DataSourceContext {
  readonly database: SqlDatabase;
  readonly host: SharedHost;
  readonly scope: TransactionScope;
  /** What lets the transaction of a service's change in, once an audit store here has claimed its head. */
  readonly admissions: Map<string, Admission>;
}

// Stores and target systems are built apart and must still know of each other's
// transactions on the DataSource; the entry lives and dies with it.
const contexts = new WeakMap<DataSource, DataSourceContext>();

/**
 * The one context of a DataSource.
 *
 * @param given the host of an adapter that is being built
 * @throws UnsupportedDriverError for a driver without a dialect.
 */
export function contextOf(dataSource: DataSource, given?: AdapterHost): DataSourceContext {
  const context = contexts.get(dataSource) ?? open(dataSource);
  context.host.take(given);
  return context;
}

function open(dataSource: DataSource): DataSourceContext {
  const host = new SharedHost();
  const context = {
    host,
    database: openDatabase(dataSource, host),
    scope: transactionScope(dataSource),
    admissions: new Map<string, Admission>(),
  };
  contexts.set(dataSource, context);
  return context;
}
