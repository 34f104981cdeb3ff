import { Change, Execution, TargetSystem } from '@nestjs-flamingock/core';
import { S3Objects } from '@nestjs-flamingock/s3';
import { PricingService } from '../../catalog/pricing.service.js';
import { DemoCrash } from '../../feed/demo-crash.js';

/**
 * Uploads one price list per currency, all of them or none. They are staged beside their
 * keys, and one conditional write makes them take effect. When the process dies, nobody has
 * to look: that write is the proof, too, and the next start reads it.
 */
@Change({ id: 'upload-price-lists', order: '0001', author: 'team-feed' })
@TargetSystem('price-lists')
export class UploadPriceLists {
  @Execution()
  async execute(objects: S3Objects, pricing: PricingService, crash: DemoCrash): Promise<void> {
    for (const { currency, prices } of await pricing.priceLists()) {
      const body = JSON.stringify(prices, null, 2);
      await objects.put(`${currency}.json`, body, { contentType: 'application/json' });
      crash.dieIfAskedAfter('upload-price-lists', currency);
    }
  }
}
