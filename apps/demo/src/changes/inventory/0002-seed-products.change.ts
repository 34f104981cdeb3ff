import { Change, Execution, RollbackExecution, TargetSystem } from '@nestjs-flamingock/core';
import { InjectRepository } from '@nestjs/typeorm';
import { Repository } from 'typeorm';
import { Price } from '../../catalog/price.entity.js';
import { Product } from '../../catalog/product.entity.js';

/** From a spreadsheet that knew neither that the yen has no cents nor that the dinar has a thousandth. */
const SHEET = [
  { sku: 'KB-100', name: 'Keyboard', CLF: 2.0537, EUR: 79.9, JPY: 12990.4, KWD: 26.1249, USD: 84.99 },
  { sku: 'MN-270', name: 'Monitor', CLF: 8.6, EUR: 329.001, JPY: 53490, KWD: 107.5, USD: 349 },
  { sku: 'MS-010', name: 'Mouse', CLF: 0.64218, EUR: 24.95, JPY: 4057.25, KWD: 8.155, USD: 26.499 },
];

/** Seeds products with their prices. */
@Change({ id: 'seed-products', order: '0002', author: 'team-inventory' })
@TargetSystem('inventory-db')
export class SeedProducts {
  @Execution()
  async execute(
    @InjectRepository(Product) products: Repository<Product>,
    @InjectRepository(Price) prices: Repository<Price>,
  ): Promise<void> {
    for (const { sku, name, ...amounts } of SHEET) {
      await products.insert({ sku, name });
      const rows = Object.entries(amounts).map(([currencyCode, amount]) => ({ sku, currencyCode, amount }));
      await prices.insert(rows);
    }
  }

  @RollbackExecution()
  async rollback(
    @InjectRepository(Product) products: Repository<Product>,
    @InjectRepository(Price) prices: Repository<Price>,
  ): Promise<void> {
    const skus = SHEET.map(({ sku }) => ({ sku }));
    for (const sku of skus) await prices.delete(sku);
    for (const sku of skus) await products.delete(sku);
  }
}
