import 'reflect-metadata';
import { setImmediate } from 'node:timers/promises';
import { Agent, get } from 'node:http';
import { connect, type Socket } from 'node:net';
import type { AuditEntry, LiveNews } from '@nestjs-flamingock/core';
import { nodeRuntime } from '@nestjs-flamingock/core/adapter';
import type { LiveEvents } from './api/contract.js';
import { PLATFORMS, Served, type Platform } from './fixtures/served.js';

afterEach(() => Served.closeAll());
afterAll(() => Served.removePages());

/** What one page is told, event by event. */
class Page {
  private text = '';

  private constructor(
    readonly response: Response,
    private readonly reader: ReadableStreamDefaultReader<Uint8Array>,
    private readonly abort: AbortController,
  ) {}

  static async open(served: Served, headers: Record<string, string> = {}): Promise<Page> {
    const abort = new AbortController();
    const response = await fetch(served.urlOf('/api/events'), {
      headers: { 'x-user': 'bob', ...headers },
      signal: abort.signal,
    });
    if (!response.body) throw new TypeError('no body');
    return new Page(response, response.body.getReader() as ReadableStreamDefaultReader<Uint8Array>, abort);
  }

  /** The next event of that name, with its id. */
  async next<N extends keyof LiveEvents>(
    name: N,
  ): Promise<{ readonly id: string; readonly data: LiveEvents[N] }> {
    for (;;) {
      const [event, ...rest] = this.text.split('\n\n');
      if (event !== undefined && rest.length > 0) {
        this.text = rest.join('\n\n');
        const field = (key: string) => new RegExp(`^${key}: (.*)$`, 'm').exec(event)?.[1] ?? '';
        if (field('event') === name)
          return { id: field('id'), data: JSON.parse(field('data')) as LiveEvents[N] };
        continue;
      }
      const { done, value } = await this.reader.read();
      if (done) throw new TypeError('the stream has ended');
      this.text += Buffer.from(value).toString('utf8');
    }
  }

  /** Resolves once the server has ended it. */
  async ended(): Promise<void> {
    for (;;) {
      const { done } = await this.reader.read().catch(() => ({ done: true }));
      if (done) return;
    }
  }

  close(): void {
    this.abort.abort();
  }
}

/** Counts the looks at the store. */
function looksOf(served: Served): { count: number } {
  const looks = { count: 0 };
  const { runs } = served.flamingock;
  const live = runs.live.bind(runs);
  runs.live = (request) => {
    looks.count++;
    return live(request);
  };
  return looks;
}

async function failing(served: Served): Promise<void> {
  await served.flamingock.execute().catch(() => undefined);
}

/** A client that asks for events and never reads. */
async function deaf({ origin, path }: Served): Promise<Socket> {
  const { hostname, port } = new URL(origin);
  const socket = connect(Number(port), hostname);
  await new Promise((resolve) => socket.once('connect', resolve));
  socket.pause();
  socket.write(`GET ${path}/api/events HTTP/1.1\r\nHost: x\r\nx-user: bob\r\n\r\n`);
  return socket;
}

/** Asks what goes on, and tells what becomes of the connection. */
function answered({ origin, path }: Served, agent: Agent): Promise<string | undefined> {
  return new Promise((resolve, reject) => {
    const headers = { 'x-user': 'bob' };
    const asked = get(`${origin}${path}/api/live`, { agent, headers }, (response) => {
      response.resume().once('end', () => resolve(response.headers.connection));
    });
    asked.once('error', reject);
  });
}

describe.each<Platform>(PLATFORMS)('events on %s', (platform) => {
  it('tell what goes on, and each new entry, by the number of the last one', async () => {
    const served = await Served.start(platform);
    const page = await Page.open(served);
    expect(page.response.headers.get('content-type')).toBe('text/event-stream; charset=utf-8');
    expect(page.response.headers.get('cache-control')).toContain('no-store');
    expect(await page.next('state')).toMatchObject({ id: '0', data: { seq: 0, lock: { held: false } } });
    await failing(served);
    const entries: AuditEntry[] = [];
    while (entries.length < 4) entries.push(...(await page.next('entries')).data);
    expect(entries.map(({ seq }) => seq)).toEqual([1, 2, 3, 4]);
    page.close();
  });

  it('go on from the last one that a page has had, or have it read everything anew', async () => {
    const served = await Served.start(platform);
    await failing(served);
    const page = await Page.open(served, { 'last-event-id': '2' });
    const { id, data } = await page.next('entries');
    expect([id, data.map(({ seq }) => seq)]).toEqual(['4', [3, 4]]);
    const early = await Page.open(served, { 'last-event-id': '1' });
    expect((await early.next('reset')).id).toBe('4');
    const polled = await served.json<LiveNews>('/api/live?after=3');
    expect([polled.isReset, polled.entries.map(({ seq }) => seq)]).toEqual([false, [4]]);
    for (const one of [page, early]) one.close();
  });

  it('of fifty pages are found by one look for all of them, and none where nobody listens', async () => {
    const served = await Served.start(platform);
    const looks = looksOf(served);
    const begun = nodeRuntime.monotonicMs();
    const pages = await Promise.all(Array.from({ length: 50 }, () => Page.open(served)));
    await Promise.all(pages.map((page) => page.next('state')));
    // Each look takes three queries: the next may be three seconds later, on a machine that is so slow.
    const seconds = (nodeRuntime.monotonicMs() - begun) / 1_000;
    expect((looks.count - 1) * 3).toBeLessThanOrEqual(seconds);
    for (const page of pages) page.close();
  });

  it('are refused to more pages than there is room for', async () => {
    const served = await Served.start(platform, { maxClients: 1 });
    const page = await Page.open(served);
    const other = await served.get('/api/events');
    expect([other.status, other.headers.get('retry-after')]).toEqual([503, '5']);
    page.close();
  });

  it('are not kept for a page that does not read: it is dropped, and another has its room', async () => {
    const served = await Served.start(platform, { maxClients: 1 });
    await failing(served);
    const { runs } = served.flamingock;
    const live = runs.live.bind(runs);
    let seq = 4;
    let isOpen = (): void => undefined;
    const opened = new Promise<void>((resolve) => (isOpen = resolve));
    runs.live = async () => {
      isOpen();
      const { state, entries } = await live({ after: 3 });
      const [entry] = entries as [AuditEntry];
      seq++;
      const news = { ...entry, seq, metadata: { note: 'x'.repeat(1_000_000) } };
      return { state: { ...state, seq }, entries: [news], isReset: false, queries: 0 };
    };
    const socket = await deaf(served);
    const closed = new Promise((resolve) => socket.once('close', resolve));
    await opened;
    for (;;) {
      const other = await served.get('/api/events');
      await other.body?.cancel();
      if (other.status === 200) break;
      await setImmediate();
    }
    socket.resume();
    await closed;
  });

  it('end with the application', async () => {
    const served = await Served.start(platform);
    const page = await Page.open(served);
    await page.next('state');
    await Promise.all([served.app.close(), page.ended()]);
  });

  it('or requests on a connection that is kept do not keep the application from ending', async () => {
    const served = await Served.start(platform);
    const agent = new Agent({ keepAlive: true, maxSockets: 1 });
    expect(await answered(served, agent)).toBe('keep-alive');
    const closing = served.app.close();
    while ((await answered(served, agent).catch(() => 'refused')) !== 'refused');
    await closing;
  });

  it('do not keep the application from ending where a client does not read', async () => {
    const served = await Served.start(platform, { maxClients: 2 });
    const socket = await deaf(served);
    const page = await Page.open(served);
    await page.next('state');
    await served.app.close();
    socket.destroy();
  });
});
