import { randomUUID } from 'node:crypto';
import { Redis } from 'ioredis';
import type { CreateTarget, TestTarget } from './test-database.js';

/** Lists in a Redis, below a prefix of one suite's own. */
export class RedisNotes implements TestTarget {
  readonly options: { readonly redis: { readonly url: string; readonly keyPrefix: string } };

  private constructor(
    url: string,
    private readonly keyPrefix: string,
    private readonly client: Redis,
  ) {
    this.options = { redis: { url, keyPrefix } };
  }

  static on(url: string): CreateTarget<RedisNotes> {
    return () => {
      const keyPrefix = `test-${randomUUID()}:`;
      return Promise.resolve(new RedisNotes(url, keyPrefix, new Redis(url, { keyPrefix })));
    };
  }

  /** A list is there with its first value. */
  createPlace(): Promise<void> {
    return Promise.resolve();
  }

  async values(place: string): Promise<string[]> {
    return (await this.client.lrange(place, 0, -1)).sort();
  }

  async drop(): Promise<void> {
    const keys = await this.client.keys(`${this.keyPrefix}*`);
    for (const key of keys) await this.client.del(key.slice(this.keyPrefix.length));
    this.client.disconnect();
  }
}
