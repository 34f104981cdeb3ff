import 'reflect-metadata';
import type { INestApplicationContext } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { TypeOrmModule } from '@nestjs/typeorm';
import { FlamingockModule, FlamingockService } from '@nestjs-flamingock/core';
import { type DataSource, type MigrationInterface, type QueryRunner } from 'typeorm';
import { SqliteFile } from './fixtures/sqlite-file.js';
import {
  fromTypeOrmMigration,
  type MigrationClass,
  type TypeOrmMigrationOptions,
} from './from-typeorm-migration.js';
import { MigrationNameError } from './migration.errors.js';
import { typeOrmAuditStore, typeOrmTargetSystem } from './typeorm.definitions.js';

class AddUser1700000000001 implements MigrationInterface {
  #table = 'users';
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`CREATE TABLE ${this.#table} (name TEXT)`);
    await this.fill(runner);
  }
  async down(runner: QueryRunner): Promise<void> {
    await runner.dropTable(this.#table);
  }
  private async fill(runner: QueryRunner): Promise<void> {
    await runner.query(`INSERT INTO ${this.#table} VALUES ('${String(runner.isTransactionActive)}')`);
  }
}
class Outside1700000000002 extends AddUser1700000000001 {
  transaction = false;
}
class Nameless implements MigrationInterface {
  async up(): Promise<void> {
    await Promise.resolve();
  }
  async down(): Promise<void> {
    await Promise.resolve();
  }
}

const OPTIONS = { targetSystem: 'db', author: 'ann' };

describe('fromTypeOrmMigration', () => {
  let file: SqliteFile;
  let dataSource: DataSource;
  let app: INestApplicationContext | undefined;

  beforeEach(async () => {
    file = await SqliteFile.create();
    dataSource = await file.connect();
  });
  afterEach(async () => {
    await app?.close();
    await file.remove();
  });

  async function start(migration: MigrationClass, options: Partial<TypeOrmMigrationOptions> = {}) {
    class App {}
    const root = {
      module: App,
      imports: [
        TypeOrmModule.forRoot(dataSource.options),
        FlamingockModule.forRoot({
          service: 'shop',
          auditStore: typeOrmAuditStore(),
          targetSystems: [typeOrmTargetSystem('db')],
        }),
        FlamingockModule.forFeature({
          stage: 'schema',
          changes: [fromTypeOrmMigration(migration, { ...OPTIONS, ...options })],
        }),
      ],
    };
    app = await NestFactory.createApplicationContext(root, { logger: false, abortOnError: false });
    return app.get(FlamingockService);
  }
  const users = () => dataSource.query<unknown[]>('SELECT name FROM users');

  it('runs the migration in the transaction of a change, and undoes it by down', async () => {
    const flamingock = await start(AddUser1700000000001);
    expect(await users()).toEqual([{ name: 'true' }]);
    const [entry] = await flamingock.audit.list();
    expect(entry).toMatchObject({
      changeId: 'AddUser1700000000001',
      order: '1700000000001',
      className: 'AddUser1700000000001',
      methodName: 'up',
      txStrategy: 'TX_SHARED',
    });
    expect((await flamingock.undo({ changeId: 'AddUser1700000000001' }, { reason: 'test' })).status).toBe(
      'undone',
    );
    await expect(users()).rejects.toThrow(/no such table/);
  });

  it('runs one with transaction = false outside any, without down as its rollback', async () => {
    const flamingock = await start(Outside1700000000002);
    expect(await users()).toEqual([{ name: 'false' }]);
    await expect(flamingock.undo({ changeId: 'Outside1700000000002' }, { reason: 'test' })).rejects.toThrow(
      /has no rollback method/,
    );
  });

  it('leaves the migration as it was, and is told when that is edited', async () => {
    const names = Object.getOwnPropertyNames(AddUser1700000000001.prototype);
    await start(AddUser1700000000001);
    expect(Object.getOwnPropertyNames(AddUser1700000000001.prototype)).toEqual(names);
    await app?.close();
    const edited = class extends AddUser1700000000001 {
      override async up(): Promise<void> {
        await Promise.resolve('edited');
      }
    };
    Object.defineProperty(edited, 'name', { value: 'AddUser1700000000001' });
    const flamingock = await start(edited);
    expect((await flamingock.plan()).edited).toMatchObject([{ differences: ['the code of its methods'] }]);
  });

  it('needs an order for a name without a timestamp', () => {
    expect(() => fromTypeOrmMigration(Nameless, OPTIONS)).toThrow(MigrationNameError);
    expect(fromTypeOrmMigration(Nameless, { ...OPTIONS, order: '0001' }).name).toBe('Nameless');
  });
});
