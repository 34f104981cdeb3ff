import { mayPass } from './explain.js';
import { getJson, RequestError } from './http.js';

/** What reading has come to. */
export type Reading<T> = { readonly data: T } | { readonly error: RequestError };

/** For how long several news are one reason to read anew. */
const GATHER_MS = 250;
const RETRY_MS = 5_000;

/** Reads one address again and again: one request at a time, however often something new is told. */
export class Reader<T> {
  private readonly aborter = new AbortController();
  private timer: ReturnType<typeof setTimeout> | undefined;
  private isBusy = false;
  private isWanted = false;

  /** @param everyMs Pause after which it reads anew by itself; 0: never. */
  constructor(
    private readonly url: string,
    private readonly everyMs: number,
    private readonly told: (reading: Reading<T>) => void,
  ) {}

  /** Reads now, or once more after the request that is under way. */
  want(): void {
    if (this.isBusy) this.isWanted = true;
    else void this.load();
  }

  /** Reads soon, for all that is told until then. */
  wantSoon(): void {
    if (this.isBusy) this.isWanted = true;
    else this.later(GATHER_MS);
  }

  stop(): void {
    this.aborter.abort();
    clearTimeout(this.timer);
  }

  private async load(): Promise<void> {
    clearTimeout(this.timer);
    this.isBusy = true;
    this.isWanted = false;
    const reading = await this.read();
    this.isBusy = false;
    if (this.aborter.signal.aborted) return;
    this.told(reading);
    this.goOnAfter(reading);
  }

  private goOnAfter(reading: Reading<T>): void {
    const pause = 'error' in reading && mayPass(reading.error.status) ? RETRY_MS : this.everyMs;
    if (this.isWanted) this.later(GATHER_MS);
    else if (pause > 0) this.later(pause);
  }

  private later(ms: number): void {
    clearTimeout(this.timer);
    this.timer = setTimeout(() => void this.load(), ms);
  }

  private async read(): Promise<Reading<T>> {
    try {
      return { data: await getJson<T>(this.url, undefined, this.aborter.signal) };
    } catch (error) {
      return { error: error instanceof RequestError ? error : new RequestError(0, String(error)) };
    }
  }
}
