import { FlamingockError } from '@nestjs-flamingock/core';

/** A TypeORM migration has no timestamp at the end of its name, which would be its order. */
export class MigrationNameError extends FlamingockError {
  readonly code: string = 'FLAMINGOCK_MIGRATION_NAME';

  constructor(readonly migration: string) {
    super(
      `The name of migration ${migration} does not end in a timestamp of 13 digits, by which it could be ordered. ` +
        `Say where it belongs: fromTypeOrmMigration(${migration}, { order: '…', … }).`,
    );
    this.dropFrames();
  }
}
