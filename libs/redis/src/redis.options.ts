import type { TargetSystemDefinition } from '@nestjs-flamingock/core';
import type { ProvidedHandle } from '@nestjs-flamingock/core/adapter';
import type { RedisClient } from './connection/redis-client.js';
import { RedisOptionsError } from './redis.errors.js';

/** A token of Nest's container. */
type Token = NonNullable<TargetSystemDefinition['inject']>[number];

/** Which servers must have a commit before it counts. */
export interface AcknowledgementOptions {
  /** How many replicas. */
  readonly count: number;
  /** Milliseconds to wait for them, at least 1. */
  readonly timeoutMs: number;
}

/** Options of {@link redisTargetSystem}. */
export interface RedisTargetSystemOptions {
  /** The application's client, where it is no provider. */
  readonly redis?: RedisClient;
  /**
   * Token of the application's client.
   *
   * @default the class `Redis` of ioredis
   */
  readonly inject?: Token;
  /**
   * Begin of the names of our two keys, after the client's own `keyPrefix`.
   *
   * @default 'flamingock:'
   */
  readonly keyPrefix?: string;
  /**
   * Redis Cluster: the text between braces that all keys of transactional changes have, as
   * `catalog` in `{catalog}:prices`. Without it, and without one in a `keyPrefix`, a Cluster
   * runs no transactional changes.
   */
  readonly hashTag?: string;
  /** A commit counts once this many replicas have it in memory (`WAIT`). */
  readonly waitReplicas?: AcknowledgementOptions;
  /**
   * A commit counts once the server and this many replicas have it on disk (`WAITAOF`, Redis
   * 7.2 and later, with `appendonly yes`).
   */
  readonly waitAof?: AcknowledgementOptions;
  /** What else parameters of this target's changes may ask for. */
  readonly provide?: readonly ProvidedHandle[];
}

/** Options with their defaults. */
export interface RedisSettings {
  readonly keyPrefix: string;
  readonly hashTag: string | undefined;
  readonly waitReplicas: AcknowledgementOptions | undefined;
  readonly waitAof: AcknowledgementOptions | undefined;
}

/**
 * Fills in the defaults.
 *
 * @throws RedisOptionsError for values that cannot work.
 */
export function resolveRedisOptions(options: RedisTargetSystemOptions): RedisSettings {
  const { hashTag, waitReplicas, waitAof } = options;
  if (hashTag !== undefined && !/^[^{}]+$/.test(hashTag)) {
    throw new RedisOptionsError('hashTag', hashTag, 'a text without braces');
  }
  checkAcknowledgement('waitReplicas', waitReplicas, 1);
  checkAcknowledgement('waitAof', waitAof, 0);
  return { keyPrefix: options.keyPrefix ?? 'flamingock:', hashTag, waitReplicas, waitAof };
}

function checkAcknowledgement(name: string, wanted: AcknowledgementOptions | undefined, least: number): void {
  if (!wanted) return;
  const { count, timeoutMs } = wanted;
  const isSound = Number.isInteger(count) && count >= least && Number.isInteger(timeoutMs) && timeoutMs > 0;
  if (!isSound) throw new RedisOptionsError(name, wanted, `a count from ${least} and a timeoutMs from 1`);
}
