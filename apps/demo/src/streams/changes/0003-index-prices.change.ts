import { Change, Execution, TargetSystem } from '@nestjs-flamingock/core';
import { InjectRedisTransaction } from '@nestjs-flamingock/redis';
import type { ChainableCommander } from 'ioredis';
import { PricingService } from '../../catalog/pricing.service.js';
import { PRICES } from '../redis-price-index.js';

/** Builds the price index: commands are collected and take effect together, once. */
@Change({ id: 'index-prices', order: '0003', author: 'team-pricing' })
@TargetSystem('price-cache')
export class IndexPrices {
  @Execution()
  async execute(@InjectRedisTransaction() tx: ChainableCommander, pricing: PricingService): Promise<void> {
    tx.del(PRICES);
    for (const { currency, prices } of await pricing.priceLists()) {
      tx.hset(PRICES, currency, JSON.stringify(prices));
    }
  }
}
