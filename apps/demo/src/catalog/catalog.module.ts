import { Module } from '@nestjs/common';
import { TypeOrmModule } from '@nestjs/typeorm';
import { CurrenciesController } from './currencies.controller.js';
import { Currency } from './currency.entity.js';
import { FilePriceIndex } from './file-price-index.js';
import { PriceIndex } from './price-index.js';
import { Price } from './price.entity.js';
import { PricingService } from './pricing.service.js';
import { Product } from './product.entity.js';
import { ProductsController } from './products.controller.js';
import { SqlPricingService } from './sql-pricing.service.js';

/** Products, currencies and prices. */
@Module({
  imports: [TypeOrmModule.forFeature([Currency, Product, Price])],
  controllers: [ProductsController, CurrenciesController],
  providers: [
    { provide: PricingService, useClass: SqlPricingService },
    FilePriceIndex,
    { provide: PriceIndex, useExisting: FilePriceIndex },
  ],
  exports: [TypeOrmModule, PricingService, FilePriceIndex],
})
export class CatalogModule {}
