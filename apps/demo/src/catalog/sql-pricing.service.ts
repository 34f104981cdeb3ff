import { Injectable } from '@nestjs/common';
import { InjectRepository } from '@nestjs/typeorm';
import { Repository } from 'typeorm';
import type { PriceList } from './price-list.js';
import { Price } from './price.entity.js';
import { PricingService } from './pricing.service.js';

/** Prices in the tables of TypeORM. */
@Injectable()
export class SqlPricingService extends PricingService {
  constructor(@InjectRepository(Price) private readonly prices: Repository<Price>) {
    super();
  }

  async normalizePrices(): Promise<number> {
    const prices = await this.prices.find({ relations: { currency: true } });
    const corrected = prices.filter((price) => price.amount !== toMinorUnit(price));
    for (const price of corrected) price.amount = toMinorUnit(price);
    await this.prices.save(corrected);
    return corrected.length;
  }

  async priceLists(): Promise<PriceList[]> {
    const prices = await this.prices.find({
      relations: { product: true },
      order: { currencyCode: 'ASC', sku: 'ASC' },
    });
    const currencies = [...new Set(prices.map(({ currencyCode }) => currencyCode))];
    return currencies.map((currency) => ({
      currency,
      prices: prices
        .filter(({ currencyCode }) => currencyCode === currency)
        .map(({ sku, product, amount }) => ({ sku, name: product.name, amount })),
    }));
  }
}

function toMinorUnit({ amount, currency }: Price): number {
  return Number(amount.toFixed(currency.digits));
}
