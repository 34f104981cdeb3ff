import { Inject, Injectable } from '@nestjs/common';
import { FlamingockService, type AuditEntry, type LiveNews } from '@nestjs-flamingock/core';
import type { Runtime } from '@nestjs-flamingock/core/adapter';

/** Where the clock and the timers are. */
export const RUNTIME = Symbol('flamingock:dashboard-runtime');

/** Entries that are kept for pages that come back: the newest so many. */
const MOST_KEPT = 500;
/** Milliseconds that a look takes for each of its queries, so that there is one a second. */
const MS_PER_QUERY = 1_000;
/** Milliseconds until the next look where one has failed. */
const AFTER_FAILURE_MS = 5_000;

/** What is told of each look. */
export type FeedListener = (news: LiveNews) => void;

/**
 * Looks what goes on, once for all who want to know in this process, and for nobody if there are none: no more than one
 * query of the audit store a second. All of it comes from the store, so that each pod tells the same.
 */
@Injectable()
export class LiveFeed {
  private readonly listeners = new Set<FeedListener>();
  private kept: AuditEntry[] = [];
  private last: LiveNews | undefined;
  private looking: Promise<void> | undefined;
  private notBefore = -Infinity;
  private callOff: (() => void) | undefined;

  constructor(
    private readonly flamingock: FlamingockService,
    @Inject(RUNTIME) private readonly runtime: Pick<Runtime, 'monotonicMs' | 'timer'>,
  ) {}

  /** Calls a listener with each look's news, until it is told to stop. */
  subscribe(listener: FeedListener): () => void {
    this.listeners.add(listener);
    this.schedule();
    return () => {
      this.listeners.delete(listener);
      if (this.listeners.size > 0) return;
      this.callOff?.();
      this.callOff = undefined;
    };
  }

  /**
   * What goes on, and what was recorded since an entry, by the last look where that was a moment ago.
   *
   * @throws AuditStoreUnavailableError
   */
  async news(after?: number): Promise<LiveNews> {
    if (!this.last || this.runtime.monotonicMs() >= this.notBefore) await this.look(after);
    return this.since(after);
  }

  private since(after: number | undefined): LiveNews {
    const { last } = this;
    if (!last) return EMPTY;
    const { state } = last;
    if (after === undefined || after === state.seq) return { ...last, entries: [], isReset: false };
    const entries = this.kept.filter(({ seq }) => seq > after);
    const isWhole = after < state.seq && entries[0]?.seq === after + 1;
    return { ...last, entries: isWhole ? entries : [], isReset: !isWhole };
  }

  /** One look at a time; the first one goes on from what the first who asks knows. */
  private look(after?: number): Promise<void> {
    this.looking ??= this.lookNow(this.last?.state.seq ?? after).finally(() => (this.looking = undefined));
    return this.looking;
  }

  private async lookNow(after: number | undefined): Promise<void> {
    try {
      const news = await this.flamingock.runs.live(after === undefined ? {} : { after });
      this.notBefore = this.runtime.monotonicMs() + news.queries * MS_PER_QUERY;
      this.kept = news.isReset ? [] : [...this.kept, ...news.entries].slice(-MOST_KEPT);
      this.last = news;
      for (const listener of this.listeners) listener(news);
    } catch (error) {
      this.notBefore = this.runtime.monotonicMs() + AFTER_FAILURE_MS;
      throw error;
    }
  }

  private schedule(): void {
    if (this.callOff || this.listeners.size === 0) return;
    const pause = Math.max(this.notBefore - this.runtime.monotonicMs(), 0);
    this.callOff = this.runtime.timer(pause, () => void this.lookAndGoOn(), 'idle');
  }

  /** A store that is away is looked at again; what the pages show stays until then. */
  private async lookAndGoOn(): Promise<void> {
    const callOff = this.callOff;
    // Whoever has just come has had it look already.
    const isDue = this.runtime.monotonicMs() >= this.notBefore;
    if (isDue) await this.look().catch(() => undefined);
    if (this.callOff !== callOff) return;
    this.callOff = undefined;
    this.schedule();
  }
}

const EMPTY: LiveNews = {
  state: { seq: 0, hash: '', decisions: 0, lock: { held: false } },
  entries: [],
  isReset: false,
  queries: 0,
};
