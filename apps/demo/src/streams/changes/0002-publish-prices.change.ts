import { Change, Execution, TargetSystem } from '@nestjs-flamingock/core';
import { InjectKafkaTransaction } from '@nestjs-flamingock/kafka';
import { Inject } from '@nestjs/common';
import type { Transaction } from 'kafkajs';
import { PricingService } from '../../catalog/pricing.service.js';
import { DemoCrash } from '../../feed/demo-crash.js';
import { PRICE_TOPIC } from '../topic.js';

/**
 * Publishes one message per currency, all of them or none. When the process dies, nobody has
 * to look: the transaction carries a proof of itself, and the next start reads it.
 */
@Change({ id: 'publish-prices', order: '0002', author: 'team-feed' })
@TargetSystem('price-stream')
export class PublishPrices {
  @Execution()
  async execute(
    @InjectKafkaTransaction() transaction: Transaction,
    @Inject(PRICE_TOPIC) topic: string,
    pricing: PricingService,
    crash: DemoCrash,
  ): Promise<void> {
    for (const { currency, prices } of await pricing.priceLists()) {
      await transaction.send({ topic, messages: [{ key: currency, value: JSON.stringify(prices) }] });
      crash.dieIfAskedAfter('publish-prices', currency);
    }
  }
}
