import type { HandleToken, TargetSystemDefinition } from '@nestjs-flamingock/core';
import { Redis } from 'ioredis';
import type { RedisClient } from './redis-client.js';
import { RedisTargetSystem } from './redis-target.system.js';
import { resolveRedisOptions, type RedisTargetSystemOptions } from './redis.options.js';

/**
 * The Redis of a client of the application as the target system `id`. Its transactional changes
 * collect their commands, which take effect together with a proof of it, in one step.
 *
 * @throws RedisOptionsError for options that cannot work.
 */
export function redisTargetSystem(
  id: string,
  options: RedisTargetSystemOptions = {},
): TargetSystemDefinition {
  const settings = resolveRedisOptions(options);
  const { redis, inject = Redis, provide } = options;
  const offered = provide && { provide };
  if (redis) return { id, useFactory: () => new RedisTargetSystem(id, redis, settings), ...offered };
  const token = inject as HandleToken;
  return {
    id,
    inject: [inject],
    useFactory: (client: RedisClient) => new RedisTargetSystem(id, client, settings, token),
    ...offered,
  };
}
