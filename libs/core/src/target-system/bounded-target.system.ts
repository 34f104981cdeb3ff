import { mayPass } from '../errors/transience.js';
import { NoAnswerError, type AnswerTimeout } from '../runtime/answer-timeout.js';
import { TargetSystemUnavailableError } from './target-system.errors.js';
import type { ForeignHistories } from './foreign-history.js';
import type { HistoryNames } from './history-names.js';
import { NamedMarkers } from './named-markers.js';
import type { TargetDiagnosis } from './target-diagnosis.js';
import {
  hasTrace,
  isTransactional,
  type ChangeRun,
  type HandleToken,
  type Handles,
  type Marker,
  type MarkerStore,
  type TargetSystem,
  type TransactionalTargetSystem,
  type TransactionOutcome,
} from './target-system.js';
import { isGrouping, type GroupingTargetSystem } from './transaction-group.js';
import { type Transaction } from '../lock/transaction.js';

/**
 * The target system, which answers within a bounded time. What a change itself does there is its own matter.
 * `names`: under which it keeps fences and markers, those of the services by default.
 */
export function boundedTarget(
  target: TargetSystem,
  bound: AnswerTimeout,
  names?: HistoryNames,
): TargetSystem {
  return isTransactional(target) ? new BoundedTargetSystem(target, bound, names) : target;
}

type Ask = <T>(work: Promise<T>) => Promise<T>;

class BoundedTargetSystem implements TransactionalTargetSystem {
  readonly id: string;
  readonly handleTokens: readonly HandleToken[];
  readonly markers: MarkerStore;
  /** Absent where the target cannot have changes share a commit. */
  readonly transactionGroup?: GroupingTargetSystem['transactionGroup'];
  readonly foreign?: ForeignHistories;
  readonly databaseSystem?: string;
  /** Absent where the target says nothing of its failures. */
  readonly isTransient?: (error: unknown) => boolean;
  /** Absent where the target's system never asks to be left alone. */
  readonly retryAfterMs?: (error: unknown) => number | undefined;
  /** Absent where the target cannot bound waits for locks. */
  readonly lockTimeoutObstacle?: (transactional: boolean) => string | undefined;
  private readonly ask: Ask;

  constructor(
    private readonly target: TransactionalTargetSystem,
    private readonly bound: AnswerTimeout,
    private readonly names: HistoryNames | undefined,
  ) {
    this.id = target.id;
    this.handleTokens = target.handleTokens;
    this.ask = (work) => bound.within(work, (cause) => new TargetSystemUnavailableError(target.id, cause));
    const markers = boundedMarkers(target.markers, this.ask);
    this.markers = names ? new NamedMarkers(markers, names) : markers;
    const { foreign, databaseSystem } = target;
    if (databaseSystem !== undefined) this.databaseSystem = databaseSystem;
    if (foreign) this.foreign = { tools: foreign.tools, read: (source) => this.ask(foreign.read(source)) };
    if (target.isTransient) this.isTransient = (error) => passes(target, error);
    if (target.retryAfterMs) this.retryAfterMs = (error) => target.retryAfterMs?.(error);
    if (target.lockTimeoutObstacle) this.lockTimeoutObstacle = (tx) => target.lockTimeoutObstacle?.(tx);
    if (isGrouping(target))
      this.transactionGroup = (first, work) =>
        this.within((watch) => target.transactionGroup(first, watch(work)));
  }

  get resource(): object {
    return this.target.resource;
  }

  async checkTransactions(): Promise<string | undefined> {
    const { target } = this;
    if (target.checkTransactions) return this.ask(target.checkTransactions());
    return undefined;
  }

  checks(value: object): boolean {
    return this.target.checks?.(value) ?? false;
  }

  diagnose(error: unknown): TargetDiagnosis {
    return this.target.diagnose?.(error) ?? {};
  }

  async serverVersion(): Promise<string | undefined> {
    return this.target.serverVersion?.();
  }

  run(change: ChangeRun, work: (handles: Handles) => Promise<void>, check: () => void): Promise<void> {
    const { target, bound } = this;
    return new Promise((resolve, reject) => {
      const callOff = bound.watchBeginning((cause) =>
        reject(new TargetSystemUnavailableError(target.id, cause)),
      );
      const watched = (handles: Handles): Promise<void> => {
        callOff();
        return work(handles);
      };
      target.run(change, watched, check).finally(callOff).then(resolve, reject);
    });
  }

  transaction(
    change: ChangeRun,
    work: (handles: Handles, tx: Transaction) => Promise<void>,
    marker?: Marker,
  ): Promise<TransactionOutcome> {
    const { names } = this;
    if (!marker || !names) return this.transact(change, work, marker);
    const named = names.own(change.service);
    return named.then((service) => this.transact({ ...change, service }, work, { ...marker, service }));
  }

  private transact(
    change: ChangeRun,
    work: (handles: Handles, tx: Transaction) => Promise<void>,
    marker?: Marker,
  ): Promise<TransactionOutcome> {
    return this.within((watch) => this.target.transaction(change, watch(work), marker));
  }

  /** Bounds the beginning and the end of a transaction; what comes between them takes its time. */
  private within(
    begin: (
      watch: <A extends unknown[]>(work: (...given: A) => Promise<void>) => (...given: A) => Promise<void>,
    ) => Promise<TransactionOutcome>,
  ): Promise<TransactionOutcome> {
    const { target, bound } = this;
    return new Promise((resolve, reject) => {
      let refusal: Error | undefined;
      let hasEnded = false;
      const doubt = (error: unknown): void => resolve({ status: 'unknown', error });
      let callOff = bound.watchBeginning((cause) => {
        refusal = new TargetSystemUnavailableError(target.id, cause);
        reject(refusal);
      });
      const watch =
        <A extends unknown[]>(work: (...given: A) => Promise<void>) =>
        async (...given: A): Promise<void> => {
          callOff();
          // It has not begun in time: it must not begin any more.
          if (refusal) throw refusal;
          try {
            await work(...given);
          } finally {
            hasEnded = true;
            callOff = bound.watchEnd(doubt);
          }
        };
      begin(watch).then(
        (outcome) => {
          callOff();
          resolve(outcome);
        },
        (error: unknown) => {
          callOff();
          if (hasEnded) doubt(error);
          // eslint-disable-next-line @typescript-eslint/prefer-promise-reject-errors -- the target's own
          else reject(error);
        },
      );
    });
  }

  async close(): Promise<void> {
    const { target } = this;
    if (target.close) await this.ask(target.close());
  }
}

/** Silence passes; what the system has said is inside. */
function passes(target: TargetSystem, error: unknown): boolean {
  if (error instanceof NoAnswerError) return true;
  if (error instanceof TargetSystemUnavailableError) return passes(target, error.cause);
  return mayPass(target, error);
}

function boundedMarkers(markers: MarkerStore, ask: Ask): MarkerStore {
  return {
    prepare: () => ask(markers.prepare()),
    ...(markers.hasTrace && { hasTrace: (service: string) => ask(hasTrace(markers, service)) }),
    look: (service) => ask(markers.look(service)),
    claim: (hold) => ask(markers.claim(hold)),
    read: (hold, changeId) => ask(markers.read(hold, changeId)),
    list: (service) => ask(markers.list(service)),
    clear: (hold, changeIds) => ask(markers.clear(hold, changeIds)),
  };
}
