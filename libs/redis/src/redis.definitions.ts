import type { TargetSystemDefinition } from '@nestjs-flamingock/core';
import {
  FLAMINGOCK_ADAPTER_HOST,
  optionFaults,
  optionsOf,
  tokenName,
  type AdapterHost,
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
  const settings = () => resolveRedisOptions(optionsOf(options));
  const faults = optionFaults(`redisTargetSystem('${id}')`, options, OPTIONS);
  const common = { id, faults, ...(provide && { provide }) };
  if (redis) {
    return {
      ...common,
      inject: [FLAMINGOCK_ADAPTER_HOST],
      useFactory: (host: AdapterHost) => new RedisTargetSystem(id, redis, settings(), { host }),
    };
  }
  const token = inject as HandleToken;
  return {
    ...common,
    inject: [inject, FLAMINGOCK_ADAPTER_HOST],
    whenMissing:
      `redisTargetSystem('${id}') injects ${tokenName(inject)}, which nothing provides: write ` +
      `redisTargetSystem('${id}', { inject: TOKEN }) with the token of the application's client, or { redis: client }`,
    useFactory: (client: RedisClient, host: AdapterHost) =>
      new RedisTargetSystem(id, client, settings(), { token, host }),
  };
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
