import type { TargetSystemDefinition } from './adapter-definition.js';
import type { ProvidedHandle } from '../target-system/provided-handle.js';
import { optionFaults, optionsOf, shown, type OptionNames } from '../errors/option-names.js';
import type { ChangeRun, Handles, TargetSystem } from '../target-system/target-system.js';

/**
 * How methods of changes are called, such as a policy of cockatiel: a time limit, a bulkhead, a breaker, another try. It
 * rejects with what the method throws, or without having called it.
 */
export interface ExecutionPolicy {
  execute<T>(work: () => PromiseLike<T>): PromiseLike<T>;
}

/** Options of {@link nonTransactionalTargetSystem}. */
export interface NonTransactionalTargetSystemOptions {
  /** Classes and tokens of the application, or values under tokens of their own, for parameters of changes. */
  readonly provide?: readonly ProvidedHandle[];
  /**
   * Calls the methods of its changes, except `@Verify()`. One that calls a method again does so within one execution, as
   * the history has it: not for changes made of steps, which the next start goes on with.
   *
   * @default each is called once
   */
  readonly policy?: ExecutionPolicy;
}

/**
 * A target system without transactions: an API, a file system, a bucket, a cache. Its
 * changes are guarded by the lock and taken back by their own `@RollbackExecution`.
 */
export function nonTransactionalTargetSystem(
  id: string,
  options: NonTransactionalTargetSystemOptions = {},
): TargetSystemDefinition {
  const { provide = [], policy } = optionsOf(options);
  const call = `nonTransactionalTargetSystem('${id}')`;
  const faults = optionFaults(call, options, OPTIONS);
  if (policy !== undefined && !isPolicy(policy))
    faults.push(`${call} has a policy that must have a method execute(work), not be ${shown(policy)}`);
  return { id, provide, faults, useFactory: () => new NonTransactionalTargetSystem(id, policy) };
}

const OPTIONS: OptionNames<NonTransactionalTargetSystemOptions> = { provide: true, policy: true };

function isPolicy(value: unknown): value is ExecutionPolicy {
  return typeof (value as Partial<ExecutionPolicy> | null)?.execute === 'function';
}

class NonTransactionalTargetSystem implements TargetSystem {
  readonly handleTokens = [];

  constructor(
    readonly id: string,
    private readonly policy: ExecutionPolicy | undefined,
  ) {}

  async run({ readOnly }: ChangeRun, work: (handles: Handles) => Promise<void>): Promise<void> {
    const call = (): Promise<void> => work(new Map());
    await (this.policy && !readOnly ? this.policy.execute(call) : call());
  }
}
