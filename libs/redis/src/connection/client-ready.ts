import { withinTime, type AdapterHost } from '@nestjs-flamingock/core/adapter';
import { addressOf, type RedisClient } from './redis-client.js';
import { RedisUnreachableError } from '../redis.errors.js';

/**
 * How long the application's client may take to answer before a change begins, in milliseconds. A PING takes no longer
 * however much there is to do; a client without a server queues for as long as it is let.
 */
const CLIENT_MS = 5_000;

/**
 * Waits until the application's client answers. By itself it would queue commands for as long as
 * its server is away, or refuse them while it is still connecting.
 *
 * @throws RedisUnreachableError
 */
export async function clientReady(client: RedisClient, { limits, runtime }: AdapterHost): Promise<void> {
  const ms = Math.min(CLIENT_MS, limits.answerMs);
  const problem = (what: string, cause?: unknown) =>
    new RedisUnreachableError(addressOf(client), what, cause);
  if (client.status === 'end') throw problem('has no connection any more: the application closed its client');
  const late = () => problem(`did not answer the application's client within ${ms} ms`);
  try {
    await withinTime(ms, connected(client), late, runtime);
    await withinTime(ms, client.ping(), late, runtime);
  } catch (error) {
    throw error instanceof RedisUnreachableError
      ? error
      : problem("does not answer the application's client", error);
  }
}

async function connected(client: RedisClient): Promise<void> {
  if (client.status === 'ready') return;
  if (client.status === 'wait') client.connect().catch(() => undefined);
  await new Promise<void>((resolve) => client.once('ready', () => resolve()));
}
