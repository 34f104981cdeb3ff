import { FlamingockError } from '@nestjs-flamingock/core';

/** TypeORM would have left out part of a write of a change, and reported success. */
export class OmittedWriteError extends FlamingockError {
  readonly code: string = 'FLAMINGOCK_OMITTED_WRITE';

  constructor(
    readonly changeId: string,
    /** Name of the entity. */
    readonly entity: string,
    /** Path of what it does not have. */
    readonly property: string,
    /** Its property for the column of that name, if there is one. */
    meant: string | undefined,
  ) {
    super(
      `TypeORM would have left "${property}" out of what change "${changeId}" writes to entity ${entity}, in silence: the ` +
        'entity has no such property. ' +
        (meant === undefined
          ? `To write it, add it to the entity: @Column() ${property}; or write it by statement: queryRunner.query('UPDATE …'). `
          : `To write the column of that name, write property "${meant}". `) +
        'To leave it out, make an entity of the values: repository.insert(repository.create(values)).',
    );
  }
}
