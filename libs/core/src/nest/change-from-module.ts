import { Inject, type InjectionToken } from '@nestjs/common';
import type { ChangeClass } from '../change/change-discovery.js';
import type { ChangeOptions } from '../change/change-metadata.js';
import { Change } from '../change/change.decorator.js';
import { Execution, RollbackExecution } from '../change/execution.decorator.js';
import { TargetSystem } from '../change/target-system.decorator.js';

/** Not names, which would make the text of these methods part of the fingerprint. */
const UP = Symbol('up');
const DOWN = Symbol('down');

/** A migration of a tool whose migrations are modules: `up` applies it, `down` takes it back. */
export interface MigrationModule {
  up(...given: never[]): unknown;
  down?(...given: never[]): unknown;
}

/** What a migration module does not say of itself, and a change has to. */
export interface MigrationModuleOptions extends ChangeOptions {
  /** The target system that it alters. */
  readonly targetSystem: string;
  /** Tokens of what `up` and `down` are given: of the target system's handles, or of Nest's container. */
  readonly given?: readonly InjectionToken[];
  /**
   * Makes the arguments of `up` and `down` of the objects that were asked for with `given`.
   *
   * @default they are these objects
   */
  readonly arguments?: (...given: never[]) => readonly unknown[];
  /**
   * Whether `down` is the rollback of the change. Outside a transaction it would also be called after a failure of `up`,
   * and most are written for what `up` has done as a whole.
   *
   * @default true in a transaction, false outside
   */
  readonly rollback?: boolean;
}

/**
 * A change that does what a migration module does, such as one of umzug, knex or migrate-mongo, for
 * `FlamingockModule.forFeature`. With `replaces`, the name of the migration in the history of its tool, it counts as
 * applied once that history is imported with it.
 *
 * It runs outside transactions unless `transactional: true` says that all that is `given` takes part in the
 * target system's.
 *
 * @example
 * ```ts
 * changeFromModule(addUsers, {
 *   id: 'add-users', order: '20240131', author: 'team-shop', targetSystem: 'shop-db',
 *   replaces: '20240131_add_users.js', given: [KNEX],
 * })
 * ```
 */
export function changeFromModule(module: MigrationModule, options: MigrationModuleOptions): ChangeClass {
  const { targetSystem, given = [], arguments: argumentsOf, rollback, ...change } = options;
  const transactional = change.transactional ?? false;
  const call = (method: 'up' | 'down', handles: readonly unknown[]): unknown =>
    module[method]?.(...((argumentsOf ? argumentsOf(...(handles as never[])) : handles) as never[]));
  class ModuleChange {
    [UP](...handles: unknown[]): unknown {
      return call('up', handles);
    }
    [DOWN](...handles: unknown[]): unknown {
      return call('down', handles);
    }
  }
  decorate(ModuleChange, UP, given, Execution());
  if (module.down && (rollback ?? transactional)) decorate(ModuleChange, DOWN, given, RollbackExecution());
  nameAfter(ModuleChange, module, change.id);
  Change({ ...change, transactional })(ModuleChange);
  TargetSystem(targetSystem)(ModuleChange);
  return ModuleChange;
}

function decorate(
  { prototype }: ChangeClass,
  method: symbol,
  given: readonly InjectionToken[],
  decorator: MethodDecorator,
): void {
  const owner = prototype as object;
  given.forEach((token, index) => Inject(token)(owner, method, index));
  decorator(owner, method, Object.getOwnPropertyDescriptor(owner, method) ?? {});
}

/** The functions of the module are properties of the class, too: its fingerprint is that of their code. */
function nameAfter(type: ChangeClass, module: object, id: string): void {
  const functions = Object.entries(module).filter(([, value]) => typeof value === 'function');
  for (const [name, value] of functions)
    Object.defineProperty(type.prototype, name, { value: value as unknown, enumerable: false });
  Object.defineProperty(type, 'name', { value: id });
}
