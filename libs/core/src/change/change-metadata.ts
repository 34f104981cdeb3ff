import 'reflect-metadata';
import type { RecoveryStrategy } from '../audit/recovery-strategy.js';

/** What a change needs before it runs. */
export interface ApprovalNeed {
  /** How many people have to approve it: a whole number from 1. */
  readonly count: number;
  /**
   * Only approvals of members of one of these groups count; the application's `ApproverDirectory` knows them.
   *
   * @default those of everybody
   */
  readonly groups?: readonly string[];
  /**
   * Milliseconds for which an approval holds.
   *
   * @default without end
   */
  readonly validMs?: number;
}

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
   * The change runs only once so many people have approved it as its code is; an edit voids that.
   *
   * @default what the module's `approvals.require` says
   */
  readonly approval?: ApprovalNeed;
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

/** How starts try a change again that has failed. By the clock of the audit store. */
export interface RecoveryRetry {
  /**
   * How many runs in a row may execute it without success, the first included. Then it needs a manual check.
   *
   * @default as many as it takes
   */
  readonly attempts?: number;
  /**
   * Shortest pause after a failure, in milliseconds, in which no start tries it again. Pauses grow, with jitter.
   *
   * @default 1_000
   */
  readonly initialMs?: number;
  /**
   * Longest pause, in milliseconds.
   *
   * @default 300_000
   */
  readonly maxMs?: number;
}

/** What `@Recovery` takes. */
export interface RecoveryOptions {
  readonly strategy: RecoveryStrategy;
  /**
   * With `ALWAYS_RETRY`: how starts try the change again. Set it, to `{}` at least, and it holds too where the failed
   * execution was rolled back; without it such a change is executed again by the next start, however soon that comes.
   *
   * @default the pauses of {@link RecoveryRetry}, for a change without a transaction that was not rolled back
   */
  readonly retry?: RecoveryRetry;
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
  /** With what is said of retries, where anything is. */
  readonly recovery: RecoveryStrategy | RecoveryOptions | RefusedRecovery;
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
