import { EntityManager, QueryBuilder, Repository, type DataSource, type QueryRunner } from 'typeorm';

/**
 * True for what has no way to the database but query runners that the DataSource hands out, each of whose statements
 * is checked inside a change without a transaction, and for its entities.
 */
export function isSeen(dataSource: DataSource, value: object): boolean {
  if (value === dataSource) return true;
  if (value instanceof Repository) return isSeen(dataSource, value.manager);
  if (!(value instanceof EntityManager || value instanceof QueryBuilder)) return isEntity(dataSource, value);
  const { queryRunner } = value as { queryRunner?: QueryRunner };
  return dataSourceOf(value) === dataSource && !queryRunner;
}

function isEntity(dataSource: DataSource, { constructor }: object): boolean {
  return typeof constructor === 'function' && dataSource.hasMetadata(constructor);
}

/** Named `connection` before TypeORM 1. */
function dataSourceOf(value: object): unknown {
  return Reflect.get(value, 'dataSource') ?? Reflect.get(value, 'connection');
}
