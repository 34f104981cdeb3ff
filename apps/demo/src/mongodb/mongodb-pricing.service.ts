import { Injectable } from '@nestjs/common';
import { InjectModel } from '@nestjs/mongoose';
import { Model } from 'mongoose';
import type { PriceList } from '../catalog/price-list.js';
import { PricingService } from '../catalog/pricing.service.js';
import { Currency } from './currency.schema.js';
import { Product } from './product.schema.js';

/** Prices in MongoDB. No session is passed around: inside a change everything joins its transaction. */
@Injectable()
export class MongodbPricingService extends PricingService {
  constructor(
    @InjectModel(Product.name) private readonly products: Model<Product>,
    @InjectModel(Currency.name) private readonly currencies: Model<Currency>,
  ) {
    super();
  }

  async normalizePrices(): Promise<number> {
    const currencies = await this.currencies.find().lean();
    const digits = new Map(currencies.map((currency) => [currency._id, currency.digits]));
    let corrected = 0;
    for (const product of await this.products.find()) {
      for (const [code, amount] of product.prices) {
        const rounded = Number(amount.toFixed(digits.get(code)));
        corrected += rounded === amount ? 0 : 1;
        product.prices.set(code, rounded);
      }
      await product.save();
    }
    return corrected;
  }

  async priceLists(): Promise<PriceList[]> {
    const products = await this.products.find().sort({ sku: 1 });
    const codes = [...new Set(products.flatMap(({ prices }) => [...prices.keys()]))].sort();
    return codes.map((currency) => ({
      currency,
      prices: products.flatMap(({ sku, name, prices }) => {
        const amount = prices.get(currency);
        return amount === undefined ? [] : [{ sku, name, amount }];
      }),
    }));
  }
}
