import { randomUUID } from 'node:crypto';
import { NestFactory } from '@nestjs/core';
import { FlamingockService, type ExecutionReport } from '@nestjs-flamingock/core';
import { Redis } from 'ioredis';
import { sqliteFile, type SqlDatabase } from '../../support/sql-database.js';
import { fixtureModule, type FixtureOptions } from './fixtures/app.module.js';

/** Keys and history of one test, read past the library. */
export class RedisWorkspace {
  readonly client: Redis;
  private readonly prefix: string;

  private constructor(
    private readonly url: string,
    private readonly cluster: boolean,
    private readonly audit: SqlDatabase,
  ) {
    this.prefix = `{test-${randomUUID()}}:`;
    this.client = new Redis(url, { keyPrefix: this.prefix });
    this.client.on('error', () => undefined);
  }

  static async open(url: string, cluster: boolean): Promise<RedisWorkspace> {
    return new RedisWorkspace(url, cluster, await sqliteFile());
  }

  /** What a fixture is told, so that it works here. */
  get options(): FixtureOptions {
    const { url, cluster, prefix: keyPrefix } = this;
    return { audit: this.audit.options.typeorm, url, cluster, keyPrefix };
  }

  /** The same for one that is to die or to pause: with a short lease, so that nobody waits long for it. */
  get impatient(): FixtureOptions {
    return { ...this.options, settings: { lock: { leaseMs: 2_000 } } };
  }

  /** Boots the fixture in this process and applies what is pending. */
  async boot(
    options: FixtureOptions,
    reach?: (point: string) => Promise<void>,
    use = (service: FlamingockService): Promise<unknown> => service.execute(),
  ): Promise<ExecutionReport> {
    const settings = { ...options.settings, runAt: 'manual' as const };
    const { module, client } = fixtureModule({ ...options, settings }, reach);
    try {
      const app = await NestFactory.createApplicationContext(module, { logger: false, abortOnError: false });
      try {
        return (await use(app.get(FlamingockService))) as ExecutionReport;
      } finally {
        await app.close();
      }
    } finally {
      client.disconnect();
    }
  }

  /** How often each change took effect, and what the prices are. */
  async effects(): Promise<(string | null)[]> {
    return this.client.mget(
      'count:warm-prices',
      'count:count-prices',
      'count:publish-prices',
      'price:0',
      'price:1',
      'after',
    );
  }

  /** `change:STATE` of every entry, in order. */
  async history(): Promise<string[]> {
    const entries = await this.audit.entries('flamingock_');
    return entries.map(({ changeId, state }) => `${changeId}:${state}`);
  }

  async remove(): Promise<void> {
    const keys = await this.client.keys(`${this.prefix}*`);
    await Promise.all(keys.map((key) => this.client.del(key.slice(this.prefix.length))));
    this.client.disconnect();
    await this.audit.drop();
  }
}
