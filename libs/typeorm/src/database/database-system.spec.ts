import { DataSource } from 'typeorm';
import { databaseSystemOf } from './dialects.js';

it.each([
  ['better-sqlite3', 'sqlite'],
  ['postgres', 'postgresql'],
  ['mysql', 'mysql'],
  ['mariadb', 'mariadb'],
] as const)('what TypeORM calls %s is %s to OpenTelemetry', (type, system) => {
  expect(databaseSystemOf(new DataSource({ type, database: ':memory:' }))).toBe(system);
});
