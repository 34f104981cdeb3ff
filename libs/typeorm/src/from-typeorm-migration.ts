import {
  Change,
  Execution,
  RollbackExecution,
  TargetSystem,
  type ChangeOptions,
} from '@nestjs-flamingock/core';
import type { MigrationInterface } from 'typeorm';
import { InjectQueryRunner } from './inject-query-runner.decorator.js';
import { MigrationNameError } from './migration.errors.js';

/** A class of a TypeORM migration. */
export type MigrationClass = new () => MigrationInterface;

/** What a migration does not say of itself, and a change has to. */
export interface TypeOrmMigrationOptions extends Partial<Omit<ChangeOptions, 'author' | 'replaces'>> {
  /** The target system of its database. */
  readonly targetSystem: string;
  /** Person or team that answers for the change; recorded. */
  readonly author: string;
  /**
   * Whether `down` is the rollback of the change. Outside a transaction it would also be called after a failure of `up`,
   * and most are written for what `up` has done as a whole.
   *
   * @default true in a transaction, false outside
   */
  readonly rollback?: boolean;
}

const EXECUTION = 'up';
const ROLLBACK = 'down';
/** The milliseconds since 1970 that TypeORM wants at the end of a name. */
const TIMESTAMP = /\d{13}$/;

/**
 * A change that does what a TypeORM migration does, for `FlamingockModule.forFeature`. It replaces the migration: once
 * TypeORM's history is imported with it, it counts as applied. Its id is the name of the migration, its order the
 * timestamp at the end of that, unless they are given.
 *
 * `up` gets the QueryRunner of the change, inside its transaction; of a migration with `transaction = false` one outside
 * any. What TypeORM itself does around migrations, such as writing its table, does not happen.
 *
 * @throws MigrationNameError for a name without a timestamp, where no `order` is given.
 */
export function fromTypeOrmMigration(
  migration: MigrationClass,
  { targetSystem, rollback, ...options }: TypeOrmMigrationOptions,
): MigrationClass {
  const { name = migration.name, transaction = true } = new migration();
  const order = options.order ?? TIMESTAMP.exec(name)?.[0];
  if (order === undefined) throw new MigrationNameError(name);
  const isTransactional = options.transactional ?? transaction;
  const change = copyOf(migration);
  decorate(change, EXECUTION, Execution());
  if (rollback ?? isTransactional) decorate(change, ROLLBACK, RollbackExecution());
  Change({ id: name, ...options, order, transactional: isTransactional, replaces: name })(change);
  TargetSystem(targetSystem)(change);
  return change;
}

/**
 * A class of the same name and with the same methods of its own, so that the fingerprint of the change is that of the
 * migration's code. The migration itself stays as it is: TypeORM may still use it.
 */
function copyOf(migration: MigrationClass): MigrationClass {
  const copy = class extends migration {};
  const { constructor: _, ...methods } = Object.getOwnPropertyDescriptors(migration.prototype);
  Object.defineProperties(copy.prototype, methods);
  Object.defineProperty(copy, 'name', { value: migration.name });
  return copy;
}

function decorate(change: MigrationClass, method: string, decorator: MethodDecorator): void {
  const prototype = change.prototype as object;
  InjectQueryRunner()(prototype, method, 0);
  decorator(prototype, method, Object.getOwnPropertyDescriptor(prototype, method) ?? {});
}
