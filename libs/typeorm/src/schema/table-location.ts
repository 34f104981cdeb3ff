import type { DataSource } from 'typeorm';
import type { Dialect } from '../sql/dialect.js';
import { SchemaUnsupportedError } from '../typeorm.errors.js';
import type { TablePlace } from './tables.js';

/**
 * Where the tables of a DataSource are, as far as the options say: in the schema that was asked
 * for, or in the DataSource's own schema or database.
 *
 * @throws SchemaUnsupportedError when a schema was asked for where there are none.
 */
export function tableLocation(
  dataSource: DataSource,
  dialect: Dialect,
  { tablePrefix, schema }: TablePlace,
): TablePlace {
  if (!dialect.hasSchemas && schema !== undefined)
    throw new SchemaUnsupportedError(dataSource.options.type, schema);
  return { tablePrefix, schema: schema ?? dialect.placeOf(dataSource) };
}
