import { Change, Execution, RollbackExecution, TargetSystem } from '@nestjs-flamingock/core';
import { InjectModel } from '@nestjs/mongoose';
import { data as iso4217 } from 'currency-codes';
import { Model } from 'mongoose';
import { Currency } from '../currency.schema.js';

/** Loads ISO 4217 as the package `currency-codes` has it. */
@Change({ id: 'load-currencies', order: '0001', author: 'team-inventory' })
@TargetSystem('inventory-db')
export class LoadCurrencies {
  @Execution()
  async execute(@InjectModel(Currency.name) currencies: Model<Currency>): Promise<void> {
    await currencies.insertMany(
      iso4217.map(({ code, number, currency, digits }) => ({ _id: code, number, name: currency, digits })),
    );
  }

  @RollbackExecution()
  async rollback(@InjectModel(Currency.name) currencies: Model<Currency>): Promise<void> {
    await currencies.deleteMany({ _id: { $in: iso4217.map(({ code }) => code) } });
  }
}
