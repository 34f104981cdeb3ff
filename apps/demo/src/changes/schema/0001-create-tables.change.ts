import { Change, Execution, RollbackExecution, TargetSystem } from '@nestjs-flamingock/core';
import { InjectQueryRunner } from '@nestjs-flamingock/typeorm';
import type { QueryRunner } from 'typeorm';

/** SQLite rolls DDL back: the three tables exist together, or none does. */
@Change({ id: 'create-tables', order: '0001', author: 'team-inventory' })
@TargetSystem('inventory-db')
export class CreateTables {
  @Execution()
  async execute(@InjectQueryRunner() runner: QueryRunner): Promise<void> {
    await runner.query(`
      CREATE TABLE currencies (
        code TEXT PRIMARY KEY,
        number TEXT NOT NULL,
        name TEXT NOT NULL,
        digits INTEGER NOT NULL,
        countries TEXT NOT NULL
      )`);
    await runner.query(`
      CREATE TABLE products (
        sku TEXT PRIMARY KEY,
        name TEXT NOT NULL
      )`);
    await runner.query(`
      CREATE TABLE prices (
        sku TEXT NOT NULL REFERENCES products (sku),
        currencyCode TEXT NOT NULL REFERENCES currencies (code),
        amount REAL NOT NULL,
        PRIMARY KEY (sku, currencyCode)
      )`);
  }

  @RollbackExecution()
  async rollback(@InjectQueryRunner() runner: QueryRunner): Promise<void> {
    for (const table of ['prices', 'products', 'currencies']) await runner.query(`DROP TABLE ${table}`);
  }
}
