import { Change, Execution, Recovery, RecoveryStrategy, TargetSystem } from '@nestjs-flamingock/core';
import { InjectModel } from '@nestjs/mongoose';
import { Model } from 'mongoose';
import { Currency } from '../currency.schema.js';
import { Product } from '../product.schema.js';

/**
 * MongoDB builds no index of a collection that is there inside a transaction, so this change
 * has none. Creating what exists already does nothing: it may run any number of times.
 */
@Change({ id: 'create-collections', order: '0001', author: 'team-inventory', transactional: false })
@TargetSystem('inventory-db')
@Recovery({ strategy: RecoveryStrategy.ALWAYS_RETRY })
export class CreateCollections {
  @Execution()
  async execute(
    @InjectModel(Product.name) products: Model<Product>,
    @InjectModel(Currency.name) currencies: Model<Currency>,
  ): Promise<void> {
    await currencies.createCollection();
    await products.createCollection();
    await products.collection.createIndexes([{ key: { sku: 1 }, unique: true }]);
  }
}
