import 'reflect-metadata';
import { Logger, type LoggerService } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { TypeOrmModule } from '@nestjs/typeorm';
import { FlamingockModule } from '@nestjs-flamingock/core';
import { inMemoryAuditStore } from '@nestjs-flamingock/testing';
import { DroppedHistoryError } from './schema-at-start.js';
import { typeOrmAuditStore, typeOrmTargetSystem } from '../typeorm.definitions.js';
import type { TypeOrmAuditStoreOptions } from '../typeorm.options.js';

class AppModule {}

let warnings: unknown[];

beforeEach(() => {
  warnings = [];
});

afterEach(() => {
  Logger.overrideLogger(false);
});

const keep = (message: unknown): void => void warnings.push(message);
const logger: LoggerService = { log: () => undefined, warn: keep, error: () => undefined };

async function start(
  dataSource: { dropSchema?: boolean; synchronize?: boolean },
  history: TypeOrmAuditStoreOptions | 'elsewhere' = {},
): Promise<void> {
  const app = await NestFactory.createApplicationContext(
    {
      module: AppModule,
      imports: [
        TypeOrmModule.forRoot({
          type: 'better-sqlite3',
          database: ':memory:',
          retryAttempts: 0,
          ...dataSource,
        }),
        FlamingockModule.forRoot({
          auditStore: history === 'elsewhere' ? inMemoryAuditStore() : typeOrmAuditStore(history),
          targetSystems: [typeOrmTargetSystem('db')],
          runAt: 'manual',
        }),
      ],
    },
    { logger, abortOnError: false },
  );
  await app.close();
}

describe('dropSchema on the DataSource of the history', () => {
  it('keeps the application from starting, and says that the database was emptied', async () => {
    const error = await start({ dropSchema: true }).catch((caught: unknown) => caught);
    expect(error).toBeInstanceOf(DroppedHistoryError);
    expect((error as Error).message).toMatch(
      /^DataSource "default" .* has dropSchema: true\. TypeORM has emptied the database by now.*typeOrmAuditStore\(\{ allowDropSchema: true \}\)/,
    );
  });

  it('is accepted where nothing is to be kept', async () => {
    await start({ dropSchema: true }, { allowDropSchema: true });
  });

  it('is a warning where it is that of a target system only', async () => {
    await start({ dropSchema: true }, 'elsewhere');
    expect(warnings).toEqual([expect.stringMatching(/of target system "db" has dropSchema: true/)]);
  });
});

describe('synchronize', () => {
  it('is a warning on the DataSource of history and of target system', async () => {
    await start({ synchronize: true });
    expect([...warnings].sort()).toEqual([
      expect.stringMatching(/of target system "db" has synchronize: true: .*synchronize: false/),
      expect.stringMatching(/of typeOrmAuditStore\(\) has synchronize: true: .*synchronize: false/),
    ]);
  });

  it('is none where TypeORM leaves the schema alone', async () => {
    await start({});
    expect(warnings).toEqual([]);
  });
});
