import { Module } from '@nestjs/common';
import { TypeOrmModule } from '@nestjs/typeorm';
import { CurrenciesController } from '../catalog/currencies.controller.js';
import { Currency } from '../catalog/currency.entity.js';
import { PriceIndex } from '../catalog/price-index.js';
import { Price } from '../catalog/price.entity.js';
import { PricingService } from '../catalog/pricing.service.js';
import { Product } from '../catalog/product.entity.js';
import { ProductsController } from '../catalog/products.controller.js';
import { SqlPricingService } from '../catalog/sql-pricing.service.js';
import { SearchPriceIndex } from './search-price-index.js';

/** The catalogue, with its price index in OpenSearch. */
@Module({
  imports: [TypeOrmModule.forFeature([Currency, Product, Price])],
  controllers: [ProductsController, CurrenciesController],
  providers: [
    { provide: PricingService, useClass: SqlPricingService },
    { provide: PriceIndex, useClass: SearchPriceIndex },
  ],
  exports: [TypeOrmModule, PricingService],
})
export class CloudCatalogModule {}
