import type { AcquiredLock } from '../lock/lock-queue.js';
import type { Lease } from '../lock/lease.js';
import { FencedError } from '../lock/lock.errors.js';
import type { LeaseBoundRetry } from '../lock/lease-bound-retry.js';
import type { Runtime } from '../runtime/runtime.js';
import { chainEntries, type TimedRecord } from './audit-chain.js';
import type { AuditEntry, AuditRecord } from './audit-entry.js';
import type { AuditOperation, AuditState } from './audit-state.js';
import type { AuditBatch, AuditStore } from './audit-store.js';
import type { ChainEnd } from './chain.js';
import { OPERATOR_KEYS } from './entry-metadata.js';
import { UnstorableTextError } from './audit.errors.js';
import { asciiText, errorText } from '../errors/error-text.js';

/** One thing that happened to a change, to be recorded. */
export interface AuditFact {
  readonly state: AuditState;
  /** Store time at which it happened, see {@link AuditJournal.now}. */
  readonly at: number;
  readonly operation?: AuditOperation;
  readonly methodName?: string;
  readonly durationMs?: number;
  /** What was thrown, for failures. */
  readonly error?: unknown;
  readonly metadata?: AuditRecord['metadata'];
}

/** A fact, with the change that it is about. */
export interface SubjectFact {
  readonly subject: ChangeFacts;
  readonly fact: AuditFact;
}

/** What all entries of one execution have in common: the facts about its change. */
export type ChangeFacts = Pick<
  AuditRecord,
  | 'stage'
  | 'changeId'
  | 'order'
  | 'author'
  | 'targetSystem'
  | 'txStrategy'
  | 'recoveryStrategy'
  | 'transactional'
  | 'className'
>;

/**
 * Writes history for one holder of the lock: chains entries to the head, appends them
 * through the fence, and finds out what became of an append whose answer was lost.
 */
export class AuditJournal {
  private end: ChainEnd;
  private readonly lease: Lease;

  /** `end`: the head as it was claimed with the lease's token. */
  constructor(
    readonly service: string,
    readonly executionId: string,
    private readonly store: AuditStore,
    private readonly lock: AcquiredLock,
    end: ChainEnd,
    private readonly runtime: Runtime,
    private readonly retry: LeaseBoundRetry,
  ) {
    this.end = end;
    this.lease = lock.lease;
  }

  /** Where the history ends now. */
  get head(): ChainEnd {
    return this.end;
  }

  /** The store's time, in milliseconds since 1970. */
  now(): number {
    return this.lock.storeNow + (this.runtime.monotonicMs() - this.lock.askedAt);
  }

  /** Makes the entries for `facts`, without writing them. */
  draft(subject: ChangeFacts, ...facts: [AuditFact, ...AuditFact[]]): AuditBatch {
    return this.draftAll(facts.map((fact) => ({ subject, fact })));
  }

  /** As {@link draft}, for at least one fact of any changes. */
  draftAll(facts: readonly SubjectFact[]): AuditBatch {
    return this.chain(facts.map(({ subject, fact }) => this.timedRecord(subject, fact)));
  }

  /**
   * Makes the entries durable, trying again for as long as lease and time-out last. What the
   * store cannot keep of what was thrown, or of what an operator wrote, is spelled in ASCII.
   *
   * @returns the last of them.
   * @throws LockLostError when another holder has taken over; the store's error otherwise.
   */
  async append(subject: ChangeFacts, ...facts: [AuditFact, ...AuditFact[]]): Promise<AuditEntry> {
    return this.appendAll(facts.map((fact) => ({ subject, fact })));
  }

  /** As {@link append}, for at least one fact of any changes: all of them become durable, or none. */
  async appendAll(facts: readonly SubjectFact[]): Promise<AuditEntry> {
    const records = facts.map(({ subject, fact }) => this.timedRecord(subject, fact));
    try {
      return await this.write(this.chain(records));
    } catch (cause) {
      if (!(cause instanceof UnstorableTextError)) throw cause;
      return this.write(this.chain(records.map(inAscii)));
    }
  }

  /** Notes that a batch has become durable, as part of a transaction. */
  advanceTo(batch: AuditBatch): void {
    this.end = lastOf(batch);
  }

  /**
   * Finds out whether a transaction whose commit was not answered holds the batch. Claiming
   * the head again waits for, or shuts out, that transaction.
   *
   * @throws LockLostError when another holder has taken over meanwhile.
   */
  async isAppended(batch: AuditBatch): Promise<boolean> {
    try {
      const head = await this.retry.run(this.store, () => this.store.claimHead(this.lease.hold));
      return head.hash === lastOf(batch).hash;
    } catch (cause) {
      if (cause instanceof FencedError) throw this.lease.lose('another instance took it over', cause);
      throw cause;
    }
  }

  private chain(records: readonly TimedRecord[]): AuditBatch {
    const entries = chainEntries(this.end, records) as [AuditEntry, ...AuditEntry[]];
    return { hold: this.lease.hold, entries };
  }

  private async write(batch: AuditBatch): Promise<AuditEntry> {
    await this.retry.run(this.store, () => this.appendOnce(batch));
    this.advanceTo(batch);
    return lastOf(batch);
  }

  private async appendOnce(batch: AuditBatch): Promise<void> {
    try {
      await this.store.append(batch);
    } catch (cause) {
      if (!(cause instanceof FencedError)) throw cause;
      // An earlier attempt may have been written and its answer lost.
      if (!(await this.isAppended(batch))) throw this.lease.lose('its audit entries were refused', cause);
    }
  }

  private timedRecord(subject: ChangeFacts, fact: AuditFact): TimedRecord {
    return {
      createdAt: new Date(fact.at).toISOString(),
      record: {
        stage: subject.stage,
        changeId: subject.changeId,
        order: subject.order,
        author: subject.author,
        targetSystem: subject.targetSystem,
        txStrategy: subject.txStrategy,
        recoveryStrategy: subject.recoveryStrategy,
        transactional: subject.transactional,
        className: subject.className,
        service: this.service,
        executionId: this.executionId,
        state: fact.state,
        operation: fact.operation ?? 'EXECUTE',
        methodName: fact.methodName ?? null,
        durationMs: Math.round(fact.durationMs ?? 0),
        hostname: this.runtime.host,
        error: 'error' in fact ? errorText(fact.error) : null,
        metadata: fact.metadata ?? {},
      },
    };
  }
}

function inAscii({ createdAt, record }: TimedRecord): TimedRecord {
  const metadata: Record<string, string> = {};
  for (const [name, text] of Object.entries(record.metadata))
    metadata[name] = OPERATOR_KEYS.includes(name) ? asciiText(text) : text;
  return { createdAt, record: { ...record, error: record.error && asciiText(record.error), metadata } };
}

function lastOf({ entries }: AuditBatch): AuditEntry {
  return entries[entries.length - 1] ?? entries[0];
}
