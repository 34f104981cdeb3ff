import type { AnswerBound } from '../answer-bound.js';
import { TargetSystemUnavailableError } from '../executor/executor.errors.js';
import {
  isTransactional,
  type ChangeRun,
  type HandleToken,
  type Handles,
  type Marker,
  type MarkerStore,
  type TargetSystem,
  type Transaction,
  type TransactionalTargetSystem,
  type TransactionOutcome,
} from './target-system.js';

/** The target system, which answers within a bounded time. What a change itself does there is its own matter. */
export function boundedTarget(target: TargetSystem, bound: AnswerBound): TargetSystem {
  return isTransactional(target) ? new BoundedTargetSystem(target, bound) : target;
}

type Ask = <T>(work: Promise<T>) => Promise<T>;

class BoundedTargetSystem implements TransactionalTargetSystem {
  readonly id: string;
  readonly handleTokens: readonly HandleToken[];
  readonly markers: MarkerStore;
  private readonly ask: Ask;

  constructor(
    private readonly target: TransactionalTargetSystem,
    private readonly bound: AnswerBound,
  ) {
    this.id = target.id;
    this.handleTokens = target.handleTokens;
    this.ask = (work) => bound.within(work, (cause) => new TargetSystemUnavailableError(target.id, cause));
    this.markers = boundedMarkers(target.markers, this.ask);
  }

  get resource(): object {
    return this.target.resource;
  }

  async checkTransactions(): Promise<string | undefined> {
    const { target } = this;
    if (target.checkTransactions) return this.ask(target.checkTransactions());
    return undefined;
  }

  run(change: ChangeRun, work: (handles: Handles) => Promise<void>, check: () => void): Promise<void> {
    return this.target.run(change, work, check);
  }

  async transaction(
    change: ChangeRun,
    work: (handles: Handles, tx: Transaction) => Promise<void>,
    marker?: Marker,
  ): Promise<TransactionOutcome> {
    const call = new WatchedCall(work);
    const outcome = this.target.transaction(change, call.work, marker);
    try {
      await this.ask(Promise.race([outcome, call.begun]));
    } catch (error) {
      call.refuse(error);
      throw error;
    }
    await Promise.race([outcome, call.ended]);
    return this.bound.within(outcome).catch((error: unknown) => ({ status: 'unknown', error }));
  }

  async close(): Promise<void> {
    const { target } = this;
    if (target.close) await this.ask(target.close());
  }
}

/** Knows when a transaction begins its work, and when that has ended. */
class WatchedCall<A extends unknown[]> {
  readonly begun: Promise<void>;
  readonly ended: Promise<void>;
  private begin: () => void = () => undefined;
  private end: () => void = () => undefined;
  private refusal: { readonly error: unknown } | undefined;

  constructor(private readonly original: (...args: A) => Promise<void>) {
    this.begun = new Promise((resolve) => (this.begin = resolve));
    this.ended = new Promise((resolve) => (this.end = resolve));
  }

  readonly work = async (...args: A): Promise<void> => {
    if (this.refusal) throw this.refusal.error;
    this.begin();
    await this.original(...args).finally(this.end);
  };

  /** It has not begun in time: it must not begin any more. */
  refuse(error: unknown): void {
    this.refusal = { error };
  }
}

function boundedMarkers(markers: MarkerStore, ask: Ask): MarkerStore {
  return {
    prepare: () => ask(markers.prepare()),
    read: (service, changeId, token) => ask(markers.read(service, changeId, token)),
    clear: (service, changeIds, token) => ask(markers.clear(service, changeIds, token)),
  };
}
