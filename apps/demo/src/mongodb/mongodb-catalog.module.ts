import { Module } from '@nestjs/common';
import { MongooseModule } from '@nestjs/mongoose';
import { FilePriceIndex } from '../catalog/file-price-index.js';
import { PricingService } from '../catalog/pricing.service.js';
import { Currency, CurrencySchema } from './currency.schema.js';
import { MongodbPricingService } from './mongodb-pricing.service.js';
import { Product, ProductSchema } from './product.schema.js';
import { MongodbProductsController } from './products.controller.js';

/** Products, currencies and prices in MongoDB. */
@Module({
  imports: [
    MongooseModule.forFeature([
      { name: Currency.name, schema: CurrencySchema },
      { name: Product.name, schema: ProductSchema },
    ]),
  ],
  controllers: [MongodbProductsController],
  providers: [{ provide: PricingService, useClass: MongodbPricingService }, FilePriceIndex],
  exports: [MongooseModule, PricingService, FilePriceIndex],
})
export class MongodbCatalogModule {}
