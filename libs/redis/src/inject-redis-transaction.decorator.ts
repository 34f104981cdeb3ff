import { Inject } from '@nestjs/common';

/** Token of the command collector that a Redis target system lends to a transactional change. */
export const REDIS_TRANSACTION: unique symbol = Symbol('@nestjs-flamingock/redis:Transaction');

/** Asks for the collector, a `ChainableCommander`, which ioredis declares as an interface. */
export function InjectRedisTransaction(): ParameterDecorator {
  return Inject(REDIS_TRANSACTION);
}
