import type { ServerResponse } from 'node:http';
import { Inject, Injectable, type OnModuleDestroy } from '@nestjs/common';
import type { LiveNews } from '@nestjs-flamingock/core';
import type { Runtime } from '@nestjs-flamingock/core/adapter';
import { ACCESS } from '../access/access.js';
import type { LiveEvents } from '../api/contract.js';
import { endConnectionAfter, PRIVATE_HEADERS } from '../request/exchange.js';
import type { ResolvedAccess } from '../options/dashboard-options.js';
import { NoRoomForEventsError } from '../options/request.errors.js';
import { LiveFeed, RUNTIME } from './live-feed.js';

/** Milliseconds between two signs of life. */
const PING_MS = 15_000;
/** Bytes that wait for a client: one that is further behind is dropped, and comes back for the rest. */
const MOST_WAITING = 256 * 1024;
/** Milliseconds after which a client comes back. */
const RETRY_MS = 3_000;

const HEADERS: Readonly<Record<string, string>> = {
  ...PRIVATE_HEADERS,
  'Content-Type': 'text/event-stream; charset=utf-8',
  'Cache-Control': 'no-store, no-transform',
  // Proxies that collect answers pass this one on at once.
  'X-Accel-Buffering': 'no',
};

/** The pages that get events of this process. */
@Injectable()
export class EventStreams implements OnModuleDestroy {
  private readonly clients = new Set<ServerResponse>();
  private isOver = false;

  constructor(
    private readonly feed: LiveFeed,
    @Inject(ACCESS) private readonly options: Pick<ResolvedAccess, 'maxClients'>,
    @Inject(RUNTIME) private readonly runtime: Pick<Runtime, 'timer'>,
  ) {}

  /** @throws RequestRefusedError where there are enough of them, or the application ends. */
  assertRoom(): void {
    if (!this.isOver && this.clients.size < this.options.maxClients) return;
    const message =
      'There are as many pages with events as this process has room for: ask now and then instead.';
    throw new NoRoomForEventsError(message);
  }

  /**
   * Sends events until the client, the application or a client that does not read ends it. Call {@link assertRoom} first.
   *
   * @param after The last entry that the client knows; `undefined`: none.
   */
  open(response: ServerResponse, after: number | undefined): void {
    this.clients.add(response);
    endConnectionAfter(response);
    response.writeHead(200, HEADERS);
    response.write(`retry: ${RETRY_MS}\n\n`);
    const client = new Client(response);
    let stopPing = (): void => undefined;
    const ping = (): void => {
      stopPing = this.runtime.timer(
        PING_MS,
        () => {
          client.send('ping', {});
          ping();
        },
        'idle',
      );
    };
    ping();
    const unsubscribe = this.feed.subscribe((news) => client.tell(news));
    response.once('close', () => {
      stopPing();
      unsubscribe();
      this.clients.delete(response);
    });
    // Without a store there is nothing to begin with; the feed goes on looking.
    this.feed.news(after).then(
      (news) => client.begin(news),
      () => undefined,
    );
  }

  onModuleDestroy(): void {
    this.isOver = true;
    for (const client of this.clients) client.end();
  }
}

/** What one client has been told. */
class Client {
  private seq: number | undefined;
  private state: string | undefined;

  constructor(private readonly response: ServerResponse) {}

  begin(news: LiveNews): void {
    if (this.seq !== undefined) return;
    this.seq = news.state.seq;
    if (news.isReset) this.send('reset', {});
    if (news.entries.length > 0) this.send('entries', news.entries);
    this.tellState(news);
  }

  /** The news of one look. What a client knows already, or has not begun with, it is not told. */
  tell(news: LiveNews): void {
    if (this.seq === undefined) return;
    const [known, { seq }] = [this.seq, news.state];
    this.seq = seq;
    const entries = news.entries.filter((entry) => entry.seq > known);
    const isGap = seq < known || (seq > known && entries[0]?.seq !== known + 1);
    if (news.isReset || isGap) this.send('reset', {});
    else if (entries.length > 0) this.send('entries', entries);
    this.tellState(news);
  }

  send<N extends keyof LiveEvents>(event: N, data: LiveEvents[N]): void {
    const { response } = this;
    if (response.writableEnded || response.destroyed) return;
    const id = this.seq === undefined ? '' : `id: ${this.seq}\n`;
    response.write(`${id}event: ${event}\ndata: ${JSON.stringify(data)}\n\n`);
    if (response.writableLength > MOST_WAITING) response.destroy();
  }

  private tellState({ state }: LiveNews): void {
    const { lock, ...rest } = state;
    // A lease that is only renewed is no news.
    const told = JSON.stringify({ ...rest, lock: [lock.held, lock.record?.token] });
    if (told === this.state) return;
    this.state = told;
    this.send('state', state);
  }
}
