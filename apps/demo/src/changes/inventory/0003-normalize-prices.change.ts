import { Change, Execution, TargetSystem } from '@nestjs-flamingock/core';
import { Logger } from '@nestjs/common';
import { PricingService } from '../../catalog/pricing.service.js';

/**
 * Corrects the seeded prices through a service of the application. The service uses its
 * own repository, and that joins the transaction of the change all the same.
 *
 * It has no rollback: what the amounts were before is not kept.
 */
@Change({ id: 'normalize-prices', order: '0003', author: 'team-pricing' })
@TargetSystem('inventory-db')
export class NormalizePrices {
  private readonly logger = new Logger(NormalizePrices.name);

  constructor(private readonly pricing: PricingService) {}

  @Execution()
  async execute(): Promise<void> {
    const corrected = await this.pricing.normalizePrices();
    this.logger.log(`${corrected} prices rounded to the minor unit of their currency`);
  }
}
