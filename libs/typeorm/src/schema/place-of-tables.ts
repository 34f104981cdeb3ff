import type { DataSource } from 'typeorm';
import type { Dialect } from '../dialect/dialect.js';
import { SchemaUnsupportedError } from '../typeorm.errors.js';
import type { TablePlace } from './tables.js';

/**
 * Where the tables of a DataSource are: in the schema that was asked for, or in the
 * DataSource's own.
 *
 * @throws SchemaUnsupportedError when a schema was asked for where there are none.
 */
export function placeOfTables(
  { options }: DataSource,
  { hasSchemas }: Dialect,
  { tablePrefix, schema }: TablePlace,
): TablePlace {
  if (!hasSchemas) {
    if (schema !== undefined) throw new SchemaUnsupportedError(options.type, schema);
    return { tablePrefix };
  }
  return { tablePrefix, schema: schema ?? ('schema' in options ? options.schema : undefined) };
}
