import type { TargetSystemDefinition } from '@nestjs-flamingock/core';
import {
  clientTargetSystem,
  optionFaults,
  optionsOf,
  type HandleToken,
  type OptionNames,
} from '@nestjs-flamingock/core/adapter';
import { Redis } from 'ioredis';
import type { RedisClient } from './connection/redis-client.js';
import { RedisTargetSystem } from './target/redis.target-system.js';
import { resolveRedisOptions, type RedisTargetSystemOptions } from './redis.options.js';

/**
 * The Redis of a client of the application as the target system `id`. Its transactional changes
 * collect their commands, which take effect together with a proof of it, in one step.
 * Options that cannot work end the start with a RedisOptionsError.
 */
export function redisTargetSystem(
  id: string,
  options: RedisTargetSystemOptions = {},
): TargetSystemDefinition {
  const { redis, inject = Redis, provide } = optionsOf(options);
  const call = `redisTargetSystem('${id}')`;
  return clientTargetSystem<RedisClient>({
    id,
    call,
    faults: optionFaults(call, options, OPTIONS),
    client: redis,
    inject: inject as HandleToken,
    provide,
    remedy: `redisTargetSystem('${id}', { inject: TOKEN }) with the token of the application's client, or { redis: client }`,
    create: (client, context) =>
      new RedisTargetSystem(id, client, resolveRedisOptions(optionsOf(options)), context),
  });
}

const OPTIONS: OptionNames<RedisTargetSystemOptions> = {
  redis: true,
  inject: true,
  keyPrefix: true,
  hashTag: true,
  waitReplicas: true,
  waitAof: true,
  provide: true,
};
