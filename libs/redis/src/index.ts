export { redisTargetSystem } from './redis.definitions.js';
export type { AcknowledgementOptions, RedisTargetSystemOptions } from './redis.options.js';
export { InjectRedisTransaction, REDIS_TRANSACTION } from './inject-redis-transaction.decorator.js';
export type { RedisClient } from './connection/redis-client.js';
export type { RedisSettings } from './redis.options.js';
export {
  CollectorExecError,
  CommandFailedError,
  CommandNotCollectableError,
  CommandTooLongError,
  KeyOutsideHashTagError,
  NotAcknowledgedError,
  NotInTransactionError,
  PipelineReplyError,
  PlainWriteError,
  RedisOptionsError,
  RedisUnreachableError,
  TransactionDiscardedError,
  WatchedKeyChangedError,
} from './redis.errors.js';
export type { PipelineReplies } from './redis.errors.js';
