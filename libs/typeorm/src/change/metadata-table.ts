import type { DataSource, QueryRunner } from 'typeorm';
import { releaseRunner } from '../database/connection.js';
import { openRunner } from '../database/query-runner.js';

interface RelationalSchemaBuilder {
  createMetadataTableIfNecessary(runner: QueryRunner): Promise<void>;
}

/**
 * Creates the table in which TypeORM keeps views and generated columns, if an entity has any, as
 * its migrations do before they run: the schema builder writes into it.
 */
export async function createMetadataTable(dataSource: DataSource): Promise<void> {
  const runner = openRunner(dataSource);
  const builder = dataSource.driver.createSchemaBuilder() as unknown as RelationalSchemaBuilder;
  try {
    await builder.createMetadataTableIfNecessary(runner);
  } finally {
    await releaseRunner(runner);
  }
}
