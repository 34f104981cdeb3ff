import { Change, Execution, RollbackExecution, TargetSystem } from '@nestjs-flamingock/core';
import { InjectRepository } from '@nestjs/typeorm';
import { Repository } from 'typeorm';
import { Price } from '../../catalog/price.entity.js';
import { Product } from '../../catalog/product.entity.js';
import { SHEET } from '../../catalog/sheet.js';

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
