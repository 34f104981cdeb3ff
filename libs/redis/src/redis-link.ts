import { CommandTable } from './command-table.js';
import type { RedisClient } from './redis-client.js';
import { RedisConnection } from './redis-connection.js';

/** The connection of a target system for the length of a run, made when it is needed. */
export class RedisLink {
  private opening: Promise<RedisConnection> | undefined;
  private learning: Promise<CommandTable> | undefined;

  /** `key`: on a Cluster, the connection goes to the node that has it. */
  constructor(
    private readonly client: RedisClient,
    private readonly key: string,
  ) {}

  /** @throws RedisUnreachableError */
  async connection(): Promise<RedisConnection> {
    const current = await this.opening?.catch(() => undefined);
    if (current?.isOpen) return current;
    this.opening = RedisConnection.open(this.client, this.key);
    return this.opening;
  }

  /** What the server says of its commands. */
  async commands(): Promise<CommandTable> {
    this.learning ??= this.connection().then(async (connection) =>
      CommandTable.of(await connection.call('COMMAND')),
    );
    try {
      return await this.learning;
    } catch (error) {
      this.learning = undefined;
      throw error;
    }
  }

  /** Ends the connection; the next use makes another. */
  async close(): Promise<void> {
    const { opening } = this;
    this.opening = undefined;
    this.learning = undefined;
    (await opening?.catch(() => undefined))?.close();
  }
}
