import type { ProvidedHandle } from '@nestjs-flamingock/core/adapter';
import type { DataSource, DataSourceOptions } from 'typeorm';

/** Where the tables are, and who creates them. */
export interface TypeOrmTableOptions {
  /**
   * Begin of the names of our tables.
   *
   * @default 'flamingock_'
   */
  readonly tablePrefix?: string;
  /**
   * Schema of our tables, where the database has schemas (PostgreSQL). It has to exist. A new
   * history is begun in it even if the service has one in another schema.
   *
   * @default the schema of the DataSource, or where its connections look first when they begin
   */
  readonly schema?: string;
  /**
   * Whether missing tables are created. With `false` no DDL is ever executed, and a
   * missing table is an error that contains the statement to create it.
   *
   * @default true
   */
  readonly createTables?: boolean;
}

/** Options of {@link typeOrmAuditStore}. */
export interface TypeOrmAuditStoreOptions extends TypeOrmTableOptions {
  /**
   * Which DataSource, as for `@InjectDataSource()`.
   *
   * @default the default DataSource
   */
  readonly dataSource?: DataSource | DataSourceOptions | string;
  /**
   * Whether the DataSource may have `dropSchema`, which empties the database, history included,
   * whenever it is initialised. Without it the start ends with a DroppedHistoryError.
   *
   * @default false
   */
  readonly allowDropSchema?: boolean;
}

/** Options of {@link typeOrmTargetSystem}. */
export interface TypeOrmTargetSystemOptions extends Omit<TypeOrmAuditStoreOptions, 'allowDropSchema'> {
  /** What else parameters of this target's changes may ask for. */
  readonly provide?: readonly ProvidedHandle[];
}

/** Table options with their defaults. */
export interface TableSettings {
  readonly tablePrefix: string;
  readonly createTables: boolean;
  readonly schema: string | undefined;
}

/** Fills in the defaults. */
export function resolveTableOptions(options: TypeOrmTableOptions): TableSettings {
  return {
    tablePrefix: options.tablePrefix ?? 'flamingock_',
    createTables: options.createTables ?? true,
    schema: options.schema,
  };
}
