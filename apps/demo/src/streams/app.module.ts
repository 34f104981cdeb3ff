import { FlamingockModule } from '@nestjs-flamingock/core';
import { flamingockConfig } from '@nestjs-flamingock/core/config';
import { kafkaTargetSystem } from '@nestjs-flamingock/kafka';
import { redisTargetSystem } from '@nestjs-flamingock/redis';
import { typeOrmAuditStore, typeOrmTargetSystem } from '@nestjs-flamingock/typeorm';
import { Module } from '@nestjs/common';
import { ConfigModule } from '@nestjs/config';
import { TypeOrmModule } from '@nestjs/typeorm';
import { ChangesController } from '../changes/changes.controller.js';
import { LoadCurrencies } from '../changes/inventory/0001-load-currencies.change.js';
import { SeedProducts } from '../changes/inventory/0002-seed-products.change.js';
import { NormalizePrices } from '../changes/inventory/0003-normalize-prices.change.js';
import { CreateTables } from '../changes/schema/0001-create-tables.change.js';
import { demoConfig, type DemoConfig } from '../demo.config.js';
import { FeedModule } from '../feed/feed.module.js';
import { CreateTopic } from './changes/0001-create-topic.change.js';
import { PublishPrices } from './changes/0002-publish-prices.change.js';
import { IndexPrices } from './changes/0003-index-prices.change.js';
import { RedisModule } from './redis.module.js';
import { StreamsCatalogModule } from './streams-catalog.module.js';
import { PRICE_TOPIC } from './topic.js';

const { streams } = demoConfig();

/** The inventory service with a feed in Kafka and a price index in Redis: `npm start -- --variant streams`. */
@Module({
  imports: [
    ConfigModule.forRoot({ isGlobal: true, load: [demoConfig, flamingockConfig] }),
    TypeOrmModule.forRootAsync({
      inject: [demoConfig.KEY],
      useFactory: ({ database }: DemoConfig) => ({
        type: 'better-sqlite3',
        database,
        autoLoadEntities: true,
        synchronize: false,
        retryAttempts: 0,
      }),
    }),
    RedisModule,
    FlamingockModule.forRoot({
      service: 'inventory',
      stages: ['schema', 'inventory', 'streams'],
      auditStore: typeOrmAuditStore(),
      targetSystems: [
        typeOrmTargetSystem('inventory-db'),
        kafkaTargetSystem('price-stream', {
          kafka: { clientId: 'inventory', brokers: [...streams.brokers] },
          markersTopic: `${streams.prefix}markers`,
          provide: [{ provide: PRICE_TOPIC, useValue: `${streams.prefix}prices` }],
        }),
        redisTargetSystem('price-cache'),
      ],
    }),
    FlamingockModule.forFeature({ stage: 'schema', changes: [CreateTables] }),
    FlamingockModule.forFeature({
      stage: 'inventory',
      changes: [LoadCurrencies, SeedProducts, NormalizePrices],
      imports: [StreamsCatalogModule],
    }),
    FlamingockModule.forFeature({ stage: 'streams', changes: [CreateTopic, PublishPrices, IndexPrices] }),
    StreamsCatalogModule,
    FeedModule,
  ],
  controllers: [ChangesController],
})
export class AppModule {}
