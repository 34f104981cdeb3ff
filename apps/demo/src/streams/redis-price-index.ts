import { Injectable } from '@nestjs/common';
import { Redis } from 'ioredis';
import { PriceIndex } from '../catalog/price-index.js';
import type { PriceList } from '../catalog/price-list.js';

/** Key of the hash that has the prices of each currency. */
export const PRICES = 'prices';

/** The price index in Redis. */
@Injectable()
export class RedisPriceIndex extends PriceIndex {
  constructor(private readonly redis: Redis) {
    super();
  }

  async pricesIn(currency: string): Promise<PriceList['prices']> {
    const prices = await this.redis.hget(PRICES, currency);
    return prices === null ? [] : (JSON.parse(prices) as PriceList['prices']);
  }
}
