import { Change, Execution, TargetSystem } from '@nestjs-flamingock/core';
import { Files } from '@nestjs-flamingock/files';
import { indexFileOf } from '../../catalog/file-price-index.js';
import { PricingService } from '../../catalog/pricing.service.js';
import { DemoCrash } from '../../feed/demo-crash.js';

/**
 * Builds the price index, one file per currency, all of them or none. Nobody reads a file
 * before the change has ended. When the process dies, nobody has to look: the folder holds a
 * proof of each change that took effect, and the next start reads it.
 */
@Change({ id: 'warm-price-index', order: '0002', author: 'team-pricing' })
@TargetSystem('price-cache')
export class WarmPriceIndex {
  @Execution()
  async execute(files: Files, pricing: PricingService, crash: DemoCrash): Promise<void> {
    for (const { currency, prices } of await pricing.priceLists()) {
      await files.write(indexFileOf(currency), JSON.stringify(prices, null, 2));
      crash.dieIfAskedAfter('warm-price-index', currency);
    }
  }
}
