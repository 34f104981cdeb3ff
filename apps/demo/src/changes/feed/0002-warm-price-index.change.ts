import { Change, Execution, Recovery, RecoveryStrategy, TargetSystem } from '@nestjs-flamingock/core';
import { FilePriceIndex } from '../../catalog/file-price-index.js';
import { PricingService } from '../../catalog/pricing.service.js';

/**
 * Builds the price index for the first time. It replaces the whole index and so may run
 * any number of times: after a failure of any kind the next start just runs it again.
 */
@Change({ id: 'warm-price-index', order: '0002', author: 'team-pricing' })
@TargetSystem('price-cache')
@Recovery({ strategy: RecoveryStrategy.ALWAYS_RETRY })
export class WarmPriceIndex {
  @Execution()
  async execute(index: FilePriceIndex, pricing: PricingService): Promise<void> {
    await index.rebuild(await pricing.priceLists());
  }
}
