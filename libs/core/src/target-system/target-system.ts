import type { Transaction } from '../lock/transaction.js';
import type { AuditOperation } from '../audit/audit-state.js';
import type { LockHold } from '../lock/lock-store.js';
import type { ForeignHistories } from './foreign-history.js';
import type { TargetDiagnosis } from './target-diagnosis.js';

/** What a parameter of a change's method can be asked by: a class, a string or a symbol. */
export type HandleToken = string | symbol | (abstract new (...args: never[]) => unknown);

/** Objects that a target system lends to a change for the length of one call. */
export type Handles = ReadonlyMap<unknown, unknown>;

/** Names one execution of one change. */
export interface ChangeRun {
  readonly service: string;
  readonly changeId: string;
  readonly executionId: string;
  readonly operation: AuditOperation;
  /** True where the change may only read. A target system that sees what it does refuses the rest. */
  readonly readOnly?: boolean;
  /** Milliseconds for which a statement of the change may wait for a lock; absent: as long as the connection waits. */
  readonly lockTimeoutMs?: number;
  /**
   * True where the run goes on with another transaction of the same target system as soon as
   * this one is committed. It may be begun with that commit; if the run does not ask for it, `close`
   * ends it.
   */
  readonly followed?: boolean;
  /**
   * Outside transactions: names what the change is about to do. The same in a later execution that repeats an earlier one
   * because nobody knows how far that has come, and another one once something of it may have been taken back, or an
   * operator has said what became of it. For systems that know by a key what they have done.
   */
  readonly origin?: string;
  /** Outside transactions: aborts when the change has to stop, see `ChangeContext.signal`. */
  readonly signal?: AbortSignal;
}

/** What a change alters. */
export interface TargetSystem {
  /** The name that `@TargetSystem(id)` refers to. */
  readonly id: string;

  /** Tokens of the handles that `run` and `transaction` lend, known before any run. */
  readonly handleTokens: readonly HandleToken[];

  /**
   * Calls `work` once with handles that act at once, outside any transaction.
   * Settles as `work` does, after giving back every resource it took. One that can be away
   * asks its system for an answer first, and rejects without calling `work` if there is none:
   * the change has then provably done nothing.
   *
   * @param check throws when the change may do nothing more, because it has ended or the
   * lock is lost. The engine calls it at each method call on what the change was given; a
   * target system that sees every statement calls it before each.
   */
  run(change: ChangeRun, work: (handles: Handles) => Promise<void>, check: () => void): Promise<void>;

  /**
   * True for an object, of the driver say, that has no way to the system but statements of which {@link run} calls
   * `check` before each: a change without a transaction is given it as it is, and not wrapped by a guard.
   *
   * @default for none
   */
  checks?(value: object): boolean;

  /**
   * True where an error of this system passes by itself, so that the same call may succeed a moment later: a deadlock,
   * a serialization failure, a conflicting write, a connection that was refused or lost, a system that is starting, full
   * or busy. False for what stays until something is changed. Says nothing of whether something took effect. Reads the
   * error by its shape, not by its class, of which there may be several copies; never throws.
   *
   * @default true, unless it is an error of this library that does not say that it passes
   */
  isTransient?(error: unknown): boolean;

  /**
   * Milliseconds for which an error of its system asks for no other attempt. Within a run none is made earlier, and none at
   * all where that is longer than the run's pauses. Reads the error by its shape, and never throws. @default never
   */
  retryAfterMs?(error: unknown): number | undefined;

  /**
   * Why it cannot bound how long a statement of a change waits for a lock ({@link ChangeRun.lockTimeoutMs}), in a
   * transaction or outside of one, in words; `undefined` where it can.
   *
   * @default it cannot
   */
  lockTimeoutObstacle?(transactional: boolean): string | undefined;

  /**
   * What its driver says of an error beside the message, for the entry that records the failure. Asked only once something
   * has failed, for the error that was thrown and for its causes; an empty answer says that the error is none of its own.
   * Reads the error by its shape, asks nothing of the system, and never throws.
   *
   * @default nothing
   */
  diagnose?(error: unknown): TargetDiagnosis;

  /**
   * Version of the server that it is, as that names it. Asked at most once in a run, only once something has failed, and
   * waited for no longer than a second; may reject.
   *
   * @default not known
   */
  serverVersion?(): Promise<string | undefined>;

  /**
   * What it is as OpenTelemetry names database systems, for traces: `postgresql`, `mongodb`, `redis`. Absent where it is
   * none, or does not know.
   */
  readonly databaseSystem?: string;

  /** Absent where no history of another tool can be read. */
  readonly foreign?: ForeignHistories;

  /** Gives back what was kept for the length of a run of the pipeline. The next run may follow. */
  close?(): Promise<void>;
}

/** How a transaction ended. Never a guess. */
export type TransactionOutcome =
  /** Everything took effect, durably. */
  | { readonly status: 'committed' }
  /** Nothing took effect. */
  | { readonly status: 'rolled-back'; readonly error: unknown }
  /** Some of it took effect and could not be taken back. */
  | {
      readonly status: 'partly-applied';
      readonly error: unknown;
      /** True where the marker says so, too: a later holder that has not seen this outcome reads it there. */
      readonly proven?: boolean;
    }
  /** The commit was sent and its answer lost: look at the proof. */
  | { readonly status: 'unknown'; readonly error: unknown };

/** Proof, inside the target system, of what a run of a change left there. */
export interface Marker extends ChangeRun {
  /** Lock token of the run that wrote it. */
  readonly token: number;
  /** Owner of that hold of the lock. */
  readonly owner: string;
  /**
   * What stopped the run, for people, where only part of it took effect and stays. Absent:
   * all of it took effect. Only a target that cannot take a commit back writes it, in the
   * same step as that part.
   */
  readonly partial?: string;
}

/** The hold of a service's lock that has claimed a target system last. */
export interface TargetFence {
  readonly token: number;
  /** `null` where a version wrote it that knew no owner. */
  readonly owner: string | null;
}

/** Proofs kept in a target system, behind a fence of their own. */
export interface MarkerStore {
  /** Makes sure that markers can be written. Safe when many instances start together. */
  prepare(): Promise<void>;

  /**
   * False where the target has no trace of any claim by the service, as an empty one has none. May
   * be coarser than {@link look} where that is slow.
   *
   * @default whether `look` finds a fence
   */
  hasTrace?(service: string): Promise<boolean>;

  /**
   * The service's fence as it stands; `undefined` where there is none, or no place for it and the
   * markers. Writes nothing, and may be asked before `prepare`.
   */
  look(service: string): Promise<TargetFence | undefined>;

  /**
   * Raises the target's fence to the hold. Durable once it resolves.
   *
   * @throws FencedError when the fence is already higher, or carries this token for another owner.
   */
  claim(hold: LockHold): Promise<void>;

  /**
   * Raises the target's fence to the hold, which waits for or shuts out every transaction
   * that is open with this token or a lower one, a commit on its way included, and only
   * then reads the change's marker.
   *
   * @throws FencedError as {@link claim} does.
   */
  read(hold: LockHold, changeId: string): Promise<Marker | undefined>;

  /**
   * Every marker of the service. Writes nothing, and may be asked before `prepare`. After a {@link claim}
   * it has all that committed before.
   */
  list(service: string): Promise<readonly Marker[]>;

  /**
   * Forgets markers that the audit store no longer needs: those of lower tokens and the hold's own.
   * However late it arrives, it leaves alone what a later holder proves.
   */
  clear(hold: LockHold, changeIds: readonly string[]): Promise<void>;
}

/** A target system that can roll back a change, and prove what it kept. */
export interface TransactionalTargetSystem extends TargetSystem {
  /** Identity of what the transactions run on; compared with `resource` of the audit store. */
  readonly resource: object;

  readonly markers: MarkerStore;

  /**
   * Why transactions cannot run here now, with the remedy; `undefined` if they can. Asked
   * before anything runs.
   *
   * @default they always can
   */
  checkTransactions?(): Promise<string | undefined>;

  /**
   * Calls `work` once inside a transaction and commits if it resolves.
   *
   * One at a time. A statement issued in the name of the change after it has ended does
   * not run, and fails with an error that names the change. Rejects only if no transaction
   * could be begun, with `work` never called.
   *
   * With a `marker`: the fence is checked first (a higher one, or one of another owner with the
   * same token, rolls back with a `FencedError`), and the marker commits with the work or not at all. A target that cannot
   * take back what its commit did before it failed writes the marker with that part, saying
   * so in `partial`.
   */
  transaction(
    change: ChangeRun,
    work: (handles: Handles, tx: Transaction) => Promise<void>,
    marker?: Marker,
  ): Promise<TransactionOutcome>;
}

/** True for target systems that run changes in transactions. */
export function isTransactional(target: TargetSystem): target is TransactionalTargetSystem {
  return 'transaction' in target;
}

/** Whether the target has any trace of a claim by the service. */
export async function hasTrace(markers: MarkerStore, service: string): Promise<boolean> {
  if (markers.hasTrace) return markers.hasTrace(service);
  return (await markers.look(service)) !== undefined;
}
