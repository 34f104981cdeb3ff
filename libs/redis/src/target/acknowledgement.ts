import type { RedisConnection } from '../connection/redis-connection.js';
import { NotAcknowledgedError } from '../redis.errors.js';
import type { RedisSettings } from '../redis.options.js';

/** How long the answer may take once the server's own time is up, in milliseconds: it has only to be brought. */
const GRACE_MS = 5_000;

/**
 * Waits until as many servers have what this connection wrote last as the options ask for.
 *
 * @throws NotAcknowledgedError when they do not in time.
 */
export async function awaitAcknowledgement(
  connection: RedisConnection,
  { waitReplicas, waitAof }: Pick<RedisSettings, 'waitReplicas' | 'waitAof'>,
): Promise<void> {
  if (waitReplicas) {
    const { count, timeoutMs } = waitReplicas;
    const replicas = Number(await connection.call('WAIT', [count, timeoutMs], timeoutMs + GRACE_MS));
    if (replicas < count) {
      throw new NotAcknowledgedError(
        'waitReplicas',
        count,
        timeoutMs,
        `${replicas} of ${count} replicas have it`,
      );
    }
  }
  if (waitAof) {
    const { count, timeoutMs } = waitAof;
    const answer = await connection.call('WAITAOF', [1, count, timeoutMs], timeoutMs + GRACE_MS);
    const [local = 0, replicas = 0] = (answer as unknown[]).map(Number);
    if (local < 1 || replicas < count) {
      const got = `${local < 1 ? 'not on its own disk' : 'on its own disk'}, and on those of ${replicas} of ${count} replicas`;
      throw new NotAcknowledgedError('waitAof', count, timeoutMs, got);
    }
  }
}
