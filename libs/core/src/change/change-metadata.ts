import 'reflect-metadata';
import type { RecoveryStrategy } from '../audit/recovery-strategy.js';

/** What `@Change` takes. */
export interface ChangeOptions {
  /** Unique within the service, for ever: history knows the change by it. */
  readonly id: string;
  /** Position in the stage, compared as a string: pad numbers (`0001`) or use dates. */
  readonly order: string;
  /** Person or team that answers for the change; recorded. */
  readonly author: string;
  /**
   * What another tool called this change, where it may have applied it: the names of its migrations, as its history
   * has them. Once that history is imported with all of them, the change counts as applied.
   */
  readonly replaces?: string | readonly string[];
  /**
   * Whether the change runs in a transaction of its target system.
   *
   * @default true on a target system that has transactions, false on others
   */
  readonly transactional?: boolean;
  /**
   * `'own'`: the change has a commit of its own, also where it could share that of the changes around it.
   *
   * @default what the module's `commit` says
   */
  readonly commit?: 'own';
  /**
   * `false`: the change is not tried again within a run, whatever it failed of. For one that has effects outside its
   * transaction which must not happen twice.
   *
   * @default it is, after a transient failure of which nothing is left
   */
  readonly retry?: false;
  /**
   * `'always'`: the change's `@Verify()` is asked after each execution too, and after each undo. A change that says it
   * is done and is not has failed, and is rolled back.
   *
   * @default only where the history cannot know what became of it
   */
  readonly verify?: 'always';
  /**
   * Milliseconds after which a method of the change counts as failed.
   *
   * @default the module's `timeouts.changeMs`
   */
  readonly timeoutMs?: number;
  /**
   * Milliseconds for which a statement of the change waits for a lock of another session, by the bound that its
   * database has for that. Longer, and it fails transiently, so that it is tried again (`retry`) while the application's
   * own statements, which would queue behind it, get their turn. Only on target systems that have such a bound.
   *
   * @default as long as the connection of the application waits
   */
  readonly lockTimeoutMs?: number;
  /**
   * What an operator who has never read the code should check or do when this change needs a manual
   * check; a step of the guidance for its issue.
   */
  readonly guidance?: string;
}

/** What `@Recovery` takes. */
export interface RecoveryOptions {
  readonly strategy: RecoveryStrategy;
}

/** What stands where the strategy should: all that `@Recovery` was given. */
export interface RefusedRecovery {
  readonly given: unknown;
}

/** One parameter of a decorated method, as its decorators and type left it. */
export interface ParameterMetadata {
  readonly index: number;
  /** Type that the compiler emitted; `undefined` if it emitted none. */
  readonly type: unknown;
  /** Token of `@Inject()`; `undefined` without one. */
  readonly token: unknown;
  readonly optional: boolean;
  /** Marked `@NonLockGuarded()`. */
  readonly unguarded: boolean;
}

/** A method decorated `@Execution`, `@RollbackExecution` or `@Verify`. */
export interface MethodMetadata {
  readonly kind: 'execution' | 'rollback' | 'verification';
  readonly key: string | symbol;
  readonly name: string;
  readonly parameters: readonly ParameterMetadata[];
  /** A method of the class itself, which nothing can call on the provider. */
  readonly isStatic: boolean;
  /** What its decorator was given, which takes nothing: without its parentheses the prototype, for one. */
  readonly given: readonly unknown[];
  /** False where the compiler emitted no parameter types at all (plain esbuild, tsx). */
  readonly typed: boolean;
}

/** All that the decorators left on one class. */
export interface ChangeMetadata {
  readonly options: Partial<ChangeOptions>;
  /** What `@TargetSystem` was given. */
  readonly targetSystem: unknown;
  readonly recovery: RecoveryStrategy | RefusedRecovery;
  readonly methods: readonly MethodMetadata[];
  readonly executions: readonly MethodMetadata[];
  readonly rollbacks: readonly MethodMetadata[];
  readonly verifications: readonly MethodMetadata[];
  /** Class decorators that the class has more than once: `@Change()`. */
  readonly repeated: readonly string[];
}

/**
 * What decorators write on a class: one value, because a start reads that of every change. Its prototype is that of the
 * base class.
 */
export interface Declarations {
  options?: ChangeMetadata['options'];
  targetSystem?: ChangeMetadata['targetSystem'];
  recovery?: ChangeMetadata['recovery'];
  methods?: ChangeMetadata['methods'];
  repeated: ChangeMetadata['repeated'];
}

/** Keys of the metadata: fixed, so that two copies of a decorator agree. */
export const METADATA = {
  declarations: 'flamingock:declarations',
  unguarded: 'flamingock:unguarded',
} as const;
