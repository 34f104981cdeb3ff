import { ROUTES, type LiveEvents, type LiveNews, type LiveState } from '../../src/api/contract.js';
import { getJson, urlOf } from './http.js';
import { isNews, type Connection } from './live-news.js';

/** What is known of the present, and how. */
export interface LiveView {
  readonly connection: Connection;
  readonly state?: LiveState;
  /** Grows whenever pages have to read anew. */
  readonly version: number;
}

/** Events come every 15 seconds at the latest: a connection that says nothing for longer is dead. */
const SILENCE_MS = 40_000;
/** Between two attempts to get events while requests take their place. */
const RETRY_EVENTS_MS = 30_000;
/** For how long a browser may try to connect again before requests take over. */
const PATIENCE_MS = 5_000;

/** Keeps a view of the present up to date: by events, and by requests while there are none. */
export class Live {
  private view: LiveView = { connection: 'connecting', version: 0 };
  private readonly listeners = new Set<(view: LiveView) => void>();
  private source: EventSource | undefined;
  private silence: ReturnType<typeof setTimeout> | undefined;
  private retry: ReturnType<typeof setTimeout> | undefined;
  private poll: ReturnType<typeof setTimeout> | undefined;

  private pollMs = 5_000;
  private isPatient = true;

  get current(): LiveView {
    return this.view;
  }

  /** @returns what ends it. */
  subscribe(listener: (view: LiveView) => void): () => void {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  }

  /** Begins to keep up; `pollMs` is the pause between two requests. */
  start(pollMs: number): void {
    this.pollMs = pollMs;
    if (!this.source && !this.poll) this.connect();
  }

  /** Has pages read anew: this page has done something itself. */
  refresh(): void {
    this.set({ version: this.view.version + 1 });
  }

  private connect(): void {
    clearTimeout(this.retry);
    this.source?.close();
    const after = this.view.state?.seq;
    const source = new EventSource(urlOf(ROUTES.events, { after }));
    this.source = source;
    this.isPatient = true;
    this.losePatience();
    on(source, 'state', (state) => this.take(state));
    on(source, 'entries', () => this.refresh());
    on(source, 'reset', () => this.refresh());
    on(source, 'ping', () => this.alive());
    source.onopen = () => this.alive();
    source.onerror = () => {
      if (source.readyState === EventSource.CLOSED) this.giveUp();
      else this.losePatience();
    };
  }

  private take(state: LiveState): void {
    this.alive();
    this.learn(state);
  }

  private learn(state: LiveState): void {
    const version = this.view.version + (isNews(this.view.state, state) ? 1 : 0);
    this.set({ state, version });
  }

  private alive(): void {
    this.isPatient = true;
    clearTimeout(this.poll);
    this.poll = undefined;
    this.expectWithin(SILENCE_MS);
    if (this.view.connection !== 'events') this.set({ connection: 'events' });
  }

  /** A browser tries again by itself, and says each time that it has failed: the first time counts. */
  private losePatience(): void {
    if (this.isPatient) this.expectWithin(PATIENCE_MS);
    this.isPatient = false;
  }

  private expectWithin(ms: number): void {
    clearTimeout(this.silence);
    this.silence = setTimeout(() => this.giveUp(), ms);
  }

  /** No events for now: requests, and another attempt later. */
  private giveUp(): void {
    clearTimeout(this.silence);
    this.source?.close();
    this.source = undefined;
    clearTimeout(this.retry);
    this.retry = setTimeout(() => this.connect(), RETRY_EVENTS_MS);
    if (this.poll === undefined) void this.ask();
  }

  private async ask(): Promise<void> {
    this.poll = setTimeout(() => void this.ask(), this.pollMs);
    try {
      const { state, isReset } = await getJson<LiveNews>(ROUTES.live, { after: this.view.state?.seq });
      this.learn(state);
      if (isReset) this.refresh();
      if (this.source === undefined) this.set({ connection: 'polling' });
    } catch {
      if (this.source === undefined) this.set({ connection: 'lost' });
    }
  }

  private set(change: Partial<LiveView>): void {
    this.view = { ...this.view, ...change };
    for (const listener of this.listeners) listener(this.view);
  }
}

function on<E extends keyof LiveEvents>(
  source: EventSource,
  name: E,
  take: (data: LiveEvents[E]) => void,
): void {
  source.addEventListener(name, (event: MessageEvent<string>) => {
    take(JSON.parse(event.data) as LiveEvents[E]);
  });
}
