import type { RecoveryStrategy } from '../audit/recovery-strategy.js';
import type { Handles, TargetSystem } from '../target-system/target-system.js';
import type { ChangeContext } from './change-context.js';
import type { ApprovalNeed, ChangeOptions, RecoveryRetry } from './change-metadata.js';
import type { FoundParameters } from './change-parameters.js';
import type { ChangeSource } from './fingerprint.js';

/** Where a change is in its pipeline. */
export interface ChangePlace {
  readonly id: string;
  readonly order: string;
  readonly stage: string;
  readonly className: string;
}

/** A change as the engine sees it: validated and frozen. What its methods are given is found when it is needed. */
export interface ChangeDescriptor extends ChangePlace {
  readonly author: string;
  readonly target: TargetSystem;
  readonly transactional: boolean;
  readonly recovery: RecoveryStrategy;
  /** How starts try it again; absent where its author has not said. */
  readonly recoveryRetry?: RecoveryRetry | undefined;
  /** Milliseconds; `undefined`: the module's default. */
  readonly timeoutMs: number | undefined;
  /** How long a statement of it waits for a lock, in milliseconds; absent: as long as its connection does. */
  readonly lockTimeoutMs?: number | undefined;
  /** `'own'` where no other change may have its commit. */
  readonly commit: ChangeOptions['commit'];
  /** `false` where it is not tried again within a run. */
  readonly retry?: ChangeOptions['retry'];
  /** What people have to say before it runs; absent where only the module's rules decide. */
  readonly approval?: ApprovalNeed | undefined;
  /** Names of migrations of another tool that it stands for. */
  readonly replaces?: readonly string[] | undefined;
  /** Advice of its author to the operator who resolves an issue with it. */
  readonly guidance: string | undefined;
  /** What its methods are made of; `undefined` where that cannot be told. */
  readonly source?: ChangeSource | undefined;
  /** Names of the steps that its execution calls, as far as the code says so; absent where that cannot be told. */
  readonly stepNames?: (() => readonly string[]) | undefined;
  readonly execution: ChangeMethod;
  readonly rollback: ChangeMethod | undefined;
  /** Says how much of it is in its target system; absent where no method does. */
  readonly verification?: Verification | undefined;
}

/** A method that says how much of a change is in its target system. */
export interface Verification extends Omit<ChangeMethod, 'invoke'> {
  /** True where it is asked after each execution and undo as well. */
  readonly always: boolean;
  /** Calls the method once; resolves to what it returns, which should be a {@link Verdict}, and rejects as it does. */
  ask(invocation: Invocation): Promise<unknown>;
}

/** A method of a change. */
export interface ChangeMethod {
  readonly name: string;
  /**
   * Finds what the method is given, on the first call: an applied change needs nothing. Absent where there is
   * nothing to find.
   */
  parameters?(): Promise<FoundParameters>;
  /**
   * True where the method and its class are given nothing but what belongs to the transaction, so that one execution
   * more does no harm. Asked after {@link parameters}; absent where it is not known.
   */
  staysInTransaction?(): boolean;
  /**
   * Calls the method once, and waits for all that its result holds. Rejects with the error that it throws; with
   * LazyResultError for a result that does nothing by itself.
   */
  invoke(invocation: Invocation): Promise<void>;
}

/** What a call of a change's method adds to what was found before. */
export interface Invocation {
  readonly context: ChangeContext;
  /** Handles of the target system. */
  readonly handles: Handles;
  /** Wraps an object so that its calls check the lock; identity where no guard is wanted. */
  readonly guard: <T>(value: T) => T;
}
