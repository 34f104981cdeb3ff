import { OmittedWriteError } from '@nestjs-flamingock/core';
import { overrideMethod } from '@nestjs-flamingock/core/adapter';
import type {
  DataSource,
  EntityManager,
  EntityMetadata,
  InsertQueryBuilder,
  ObjectLiteral,
  QueryBuilder,
} from 'typeorm';
import { omittedFrom } from './entity-properties.js';

type Saving = (...args: unknown[]) => Promise<unknown>;
type Inserting = InsertQueryBuilder<ObjectLiteral>;

/**
 * Has a manager refuse plain objects with properties that the entity does not have, which TypeORM would leave out in
 * silence. Instances of a class may have fields of their own beside the columns, and so may what an entity without
 * a class is loaded as.
 *
 * @returns gives the method back.
 */
export function wholeSaves(
  dataSource: DataSource,
  manager: EntityManager,
  changeIdNow: () => string | undefined,
): () => void {
  return overrideMethod<'save', Saving>(
    manager as unknown as Record<'save', Saving>,
    'save',
    (save) =>
      async (...args) => {
        const changeId = changeIdNow();
        const metadata = changeId === undefined ? undefined : savedEntity(dataSource, args);
        if (changeId !== undefined && metadata) assertWhole(changeId, metadata, args[1]);
        return save(...args);
      },
  );
}

/** Has what a query builder inserts refuse the same, unless it is told which columns to write. */
export function wholeInserts<B extends QueryBuilder<ObjectLiteral>>(changeId: string, builder: B): B {
  const host = builder as Record<'insert', () => Inserting>;
  overrideMethod<'insert', () => Inserting>(host, 'insert', (insert) => () => {
    const inserting = insert();
    overrideMethod<'execute', Inserting['execute']>(inserting, 'execute', (execute) => async () => {
      const { callListeners, insertColumns, mainAlias, valuesSet } = inserting.expressionMap;
      // Without listeners it is TypeORM's own, of what has been looked at.
      const isMeant = !callListeners || insertColumns.length > 0;
      if (!isMeant && mainAlias?.hasMetadata) assertWhole(changeId, mainAlias.metadata, valuesSet);
      return execute();
    });
    return inserting;
  });
  return builder;
}

/** @throws OmittedWriteError */
function assertWhole(changeId: string, metadata: EntityMetadata, values: unknown): void {
  for (const row of Array.isArray(values) ? (values as unknown[]) : [values]) {
    const property = omittedFrom(metadata, row);
    if (property === undefined) continue;
    const meant = metadata.findColumnWithDatabaseName(property)?.propertyPath;
    throw omissionError(changeId, { entity: metadata.name, property, meant });
  }
}

/** What an entity does not have, and its property for the column of that name, if there is one. */
interface Unknown {
  readonly entity: string;
  readonly property: string;
  readonly meant: string | undefined;
}

function omissionError(changeId: string, { entity, property, meant }: Unknown): OmittedWriteError {
  const instead =
    meant === undefined
      ? `To write it, add it to the entity: @Column() ${property}; or write it by statement: queryRunner.query('UPDATE …'). `
      : `To write the column of that name, write property "${meant}". `;
  return new OmittedWriteError(changeId, {
    driver: 'TypeORM',
    entity,
    property,
    what: `entity ${entity} has no property "${property}"`,
    remedy:
      `${instead}To leave it out, make an entity of the values: ` +
      'repository.insert(repository.create(values)).',
  });
}

/** The entity with a class that a call of `save` names. */
function savedEntity(dataSource: DataSource, [target]: unknown[]): EntityMetadata | undefined {
  if (typeof target !== 'function' || !dataSource.hasMetadata(target)) return undefined;
  return dataSource.getMetadata(target);
}
