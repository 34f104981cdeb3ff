import { Change, Execution, RollbackExecution, TargetSystem } from '@nestjs-flamingock/core';
import { data as iso4217 } from 'currency-codes';
import { EntityManager } from 'typeorm';
import { Currency } from '../../catalog/currency.entity.js';

/** Loads ISO 4217 as the package `currency-codes` has it. */
@Change({ id: 'load-currencies', order: '0001', author: 'team-inventory' })
@TargetSystem('inventory-db')
export class LoadCurrencies {
  @Execution()
  async execute(manager: EntityManager): Promise<void> {
    const currencies = iso4217.map(({ currency, ...rest }) => ({ ...rest, name: currency }));
    await manager.insert(Currency, currencies);
  }

  @RollbackExecution()
  async rollback(manager: EntityManager): Promise<void> {
    await manager.delete(
      Currency,
      iso4217.map(({ code }) => code),
    );
  }
}
