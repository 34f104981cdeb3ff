import { sleep, withinTime, type AdapterHost } from '@nestjs-flamingock/core/adapter';
import type { Cluster, Redis, RedisOptions } from 'ioredis';
import { addressOf, isCluster, type RedisClient } from './redis-client.js';
import type { RedisScript } from './redis-scripts.js';
import { RedisUnreachableError } from '../redis.errors.js';

/**
 * How long a connection may take to be made, in milliseconds. It takes no longer however much the server has to do;
 * a server that is away is told of at once.
 */
const CONNECT_MS = 5_000;

/** How often a Cluster is asked who has a slot, and the pause between, in milliseconds. */
const ASK_FOR_OWNER = 20;
const ASK_AGAIN_MS = 100;

/**
 * What is different on our own connection. A command whose answer is lost must not be sent again,
 * which ioredis does by default, and the connection must end with its socket: a WATCH goes with it.
 * How long an answer may take is ours to say.
 */
const OWN: Partial<RedisOptions> = {
  lazyConnect: true,
  keyPrefix: '',
  readOnly: false,
  enableAutoPipelining: false,
  autoResendUnfulfilledCommands: false,
  autoResubscribe: false,
  maxRetriesPerRequest: null,
  retryStrategy: () => null,
  sentinelRetryStrategy: () => null,
  reconnectOnError: null,
  commandTimeout: undefined,
  socketTimeout: undefined,
};

/** A connection of our own to the server that has our keys. Not made again once it has ended. */
export class RedisConnection {
  private isClosed = false;

  private constructor(
    private readonly redis: Redis,
    private readonly address: string,
    private readonly host: AdapterHost,
  ) {}

  /**
   * Connects to where the application's client connects, to the same database.
   *
   * @throws RedisUnreachableError
   */
  static async open(client: RedisClient, key: string, host: AdapterHost): Promise<RedisConnection> {
    const address = addressOf(client);
    const ms = Math.min(CONNECT_MS, host.limits.answerMs);
    const inTime = <T>(work: Promise<T>): Promise<T> => {
      const late = () => new RedisUnreachableError(address, `did not answer within ${ms} ms`);
      return withinTime(ms, work, late, host.runtime);
    };
    const node = isCluster(client) ? await inTime(ownerOf(client, key, host)) : client;
    const redis = node.duplicate({ ...OWN, connectTimeout: ms, ...databaseOf(node) });
    let problem: unknown;
    redis.on('error', (error) => (problem = error));
    try {
      await inTime(redis.connect());
    } catch (error) {
      redis.disconnect();
      if (error instanceof RedisUnreachableError) throw error;
      throw new RedisUnreachableError(address, 'cannot be connected to', problem ?? error);
    }
    return new RedisConnection(redis, address, host);
  }

  /** False once it has ended. */
  get isOpen(): boolean {
    return this.redis.status === 'ready' && !this.isClosed;
  }

  /** Calls `listener` when the connection ends, unless the function that is returned was called before. */
  onEnd(listener: () => void): () => void {
    this.redis.once('end', listener);
    return () => this.redis.off('end', listener);
  }

  /** @throws RedisUnreachableError when the answer does not come; the server's own error. */
  async call(
    name: string,
    words: readonly (string | Buffer | number)[] = [],
    ms = this.host.limits.answerMs,
  ): Promise<unknown> {
    try {
      return await withinTime(
        ms,
        this.redis.call(name, [...words]),
        () => this.hangs(name, ms),
        this.host.runtime,
      );
    } catch (error) {
      if (isReply(error) || error instanceof RedisUnreachableError) throw error;
      throw new RedisUnreachableError(this.address, `lost the connection during ${name}`, error);
    }
  }

  private hangs(name: string, ms: number): Error {
    this.close();
    return new RedisUnreachableError(this.address, `did not answer ${name} within ${ms} ms`);
  }

  /** Runs a script, which the server may have forgotten meanwhile. */
  async run(
    { sha, source }: RedisScript,
    keys: readonly (string | Buffer)[],
    words: readonly (string | Buffer)[],
  ): Promise<unknown> {
    const rest = [keys.length, ...keys, ...words];
    try {
      return await this.call('EVALSHA', [sha, ...rest]);
    } catch (error) {
      if (!isReply(error) || !error.message.startsWith('NOSCRIPT')) throw error;
      return this.call('EVAL', [source, ...rest]);
    }
  }

  /**
   * Prepares a script to be run by {@link exec}. Until then nothing happens.
   *
   * @throws RedisUnreachableError, the server's own error; the connection is closed then.
   */
  async queue(
    { source }: RedisScript,
    keys: readonly (string | Buffer)[],
    words: readonly (string | Buffer)[],
  ): Promise<void> {
    try {
      await this.call('MULTI');
      // By its text: a forgotten script could not be sent again.
      await this.call('EVAL', [source, keys.length, ...keys, ...words]);
    } catch (error) {
      this.close();
      throw error;
    }
  }

  /** Runs what was queued if no watched key was changed; null if one was. Every watch ends with it. */
  async exec(): Promise<unknown> {
    const answers = (await this.call('EXEC')) as unknown[] | null;
    const [answer] = answers ?? [null];
    if (answer instanceof Error) throw answer;
    return answer;
  }

  close(): void {
    if (this.isClosed) return;
    this.isClosed = true;
    // ioredis would wait for a socket that is gone.
    if (this.redis.status !== 'end') this.redis.disconnect();
  }
}

/** True for what the server answered, as opposed to no answer. */
export function isReply(error: unknown): error is Error {
  return error instanceof Error && error.name === 'ReplyError';
}

/** The client may have selected another database than its options say. */
function databaseOf({ condition }: Redis): Partial<RedisOptions> {
  return condition ? { db: condition.select } : {};
}

/** A client that has just connected, or whose Cluster is moving slots, learns of the owner in a moment. */
async function ownerOf(client: Cluster, key: string, { runtime }: AdapterHost): Promise<Redis> {
  const slot = await client.cluster('KEYSLOT', key).catch((cause: unknown) => {
    throw new RedisUnreachableError(addressOf(client), 'does not say who has our keys', cause);
  });
  for (let asked = 0; asked < ASK_FOR_OWNER; asked += 1) {
    const [master] = client.slots[slot] ?? [];
    const node = client.nodes('master').find(({ options }) => `${options.host}:${options.port}` === master);
    if (node) return node;
    await new Promise<void>((resolve) => client.refreshSlotsCache(() => resolve()));
    await sleep(runtime, ASK_AGAIN_MS);
  }
  throw new RedisUnreachableError(addressOf(client), `has no node for slot ${slot} of key "${key}"`);
}
