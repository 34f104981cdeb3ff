import { FlamingockModule } from '@nestjs-flamingock/core';
import { Module } from '@nestjs/common';
import { CatalogModule } from '../catalog/catalog.module.js';
import { ChangesController } from './changes.controller.js';
import { PublishFeed } from './feed/0001-publish-feed.change.js';
import { WarmPriceIndex } from './feed/0002-warm-price-index.change.js';
import { LoadCurrencies } from './inventory/0001-load-currencies.change.js';
import { SeedProducts } from './inventory/0002-seed-products.change.js';
import { NormalizePrices } from './inventory/0003-normalize-prices.change.js';
import { CreateTables } from './schema/0001-create-tables.change.js';

/** All changes, by stage. */
@Module({
  imports: [
    FlamingockModule.forFeature({ stage: 'schema', changes: [CreateTables] }),
    FlamingockModule.forFeature({
      stage: 'inventory',
      changes: [LoadCurrencies, SeedProducts, NormalizePrices],
      imports: [CatalogModule], // NormalizePrices asks for PricingService in its constructor
    }),
    FlamingockModule.forFeature({ stage: 'feed', changes: [PublishFeed, WarmPriceIndex] }),
  ],
  controllers: [ChangesController],
})
export class ChangesModule {}
