import type { AdapterHost } from '@nestjs-flamingock/core/adapter';
import { CommandTable } from './command-table.js';
import type { RedisClient } from './redis-client.js';
import { RedisConnection } from './redis-connection.js';

/** The connection of a target system for the length of a run, made when it is needed. */
export class RedisLink {
  private current: RedisConnection | undefined;
  private opening: Promise<RedisConnection> | undefined;
  private learning: Promise<CommandTable> | undefined;

  /** `key`: on a Cluster, the connection goes to the node that has it. */
  constructor(
    private readonly client: RedisClient,
    private readonly key: string,
    private readonly host: AdapterHost,
  ) {}

  /** @throws RedisUnreachableError */
  connection(): Promise<RedisConnection> {
    if (this.current?.isOpen) return Promise.resolve(this.current);
    this.opening ??= this.open().finally(() => (this.opening = undefined));
    return this.opening;
  }

  /** What the server says of its commands. */
  async commands(): Promise<CommandTable> {
    this.learning ??= this.learn();
    try {
      return await this.learning;
    } catch (error) {
      this.learning = undefined;
      throw error;
    }
  }

  /** Ends the connection; the next use makes another. */
  async close(): Promise<void> {
    await this.opening?.catch(() => undefined);
    this.current?.close();
    this.current = undefined;
    this.learning = undefined;
  }

  private async open(): Promise<RedisConnection> {
    this.current = await RedisConnection.open(this.client, this.key, this.host);
    return this.current;
  }

  private async learn(): Promise<CommandTable> {
    const connection = await this.connection();
    return CommandTable.of(await connection.call('COMMAND'));
  }
}
