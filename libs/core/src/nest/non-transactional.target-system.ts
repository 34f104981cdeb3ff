import type { TargetSystemDefinition } from './adapter-definition.js';
import type { ProvidedHandle } from '../target-system/provided-handle.js';
import { optionFaults, optionsOf, type OptionNames } from '../errors/option-names.js';
import type { ChangeRun, Handles, TargetSystem } from '../target-system/target-system.js';

/** Options of {@link nonTransactionalTargetSystem}. */
export interface NonTransactionalTargetSystemOptions {
  /** Classes and tokens of the application, or values under tokens of their own, for parameters of changes. */
  readonly provide?: readonly ProvidedHandle[];
}

/**
 * A target system without transactions: an API, a file system, a bucket, a cache. Its
 * changes are guarded by the lock and taken back by their own `@RollbackExecution`.
 */
export function nonTransactionalTargetSystem(
  id: string,
  options: NonTransactionalTargetSystemOptions = {},
): TargetSystemDefinition {
  const { provide = [] } = optionsOf(options);
  const faults = optionFaults(`nonTransactionalTargetSystem('${id}')`, options, OPTIONS);
  return { id, provide, faults, useFactory: () => new NonTransactionalTargetSystem(id) };
}

const OPTIONS: OptionNames<NonTransactionalTargetSystemOptions> = { provide: true };

class NonTransactionalTargetSystem implements TargetSystem {
  readonly handleTokens = [];

  constructor(readonly id: string) {}

  run(_change: ChangeRun, work: (handles: Handles) => Promise<void>): Promise<void> {
    return work(new Map());
  }
}
