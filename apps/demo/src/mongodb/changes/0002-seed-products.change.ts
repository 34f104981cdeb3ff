import { Change, Execution, RollbackExecution, TargetSystem } from '@nestjs-flamingock/core';
import { InjectModel } from '@nestjs/mongoose';
import { Model } from 'mongoose';
import { SHEET } from '../../catalog/sheet.js';
import { Product } from '../product.schema.js';

/** Seeds products with their prices. */
@Change({ id: 'seed-products', order: '0002', author: 'team-inventory' })
@TargetSystem('inventory-db')
export class SeedProducts {
  @Execution()
  async execute(@InjectModel(Product.name) products: Model<Product>): Promise<void> {
    await products.insertMany(SHEET.map(({ sku, name, ...prices }) => ({ sku, name, prices })));
  }

  @RollbackExecution()
  async rollback(@InjectModel(Product.name) products: Model<Product>): Promise<void> {
    await products.deleteMany({ sku: { $in: SHEET.map(({ sku }) => sku) } });
  }
}
