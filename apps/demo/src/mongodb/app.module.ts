import { FlamingockModule, nonTransactionalTargetSystem } from '@nestjs-flamingock/core';
import { flamingockConfig } from '@nestjs-flamingock/core/config';
import { fileSystemTargetSystem } from '@nestjs-flamingock/files';
import { mongooseAuditStore, mongooseTargetSystem } from '@nestjs-flamingock/mongoose';
import { Module } from '@nestjs/common';
import { ConfigModule } from '@nestjs/config';
import { MongooseModule } from '@nestjs/mongoose';
import { ChangesController } from '../changes/changes.controller.js';
import { PublishFeed } from '../changes/feed/0001-publish-feed.change.js';
import { WarmPriceIndex } from '../changes/feed/0002-warm-price-index.change.js';
import { NormalizePrices } from '../changes/inventory/0003-normalize-prices.change.js';
import { demoConfig, type DemoConfig } from '../demo.config.js';
import { CatalogFeed } from '../feed/catalog-feed.js';
import { FeedModule } from '../feed/feed.module.js';
import { CreateCollections } from './changes/0001-create-collections.change.js';
import { LoadCurrencies } from './changes/0001-load-currencies.change.js';
import { SeedProducts } from './changes/0002-seed-products.change.js';
import { MongodbCatalogModule } from './mongodb-catalog.module.js';

const { indexFolder } = demoConfig();

/** The inventory service on MongoDB: `npm start -- --variant mongodb`. */
@Module({
  imports: [
    ConfigModule.forRoot({ isGlobal: true, load: [demoConfig, flamingockConfig] }),
    MongooseModule.forRootAsync({
      inject: [demoConfig.KEY],
      useFactory: ({ mongodb: { url, name } }: DemoConfig) => ({ uri: url, dbName: name, retryAttempts: 0 }),
    }),
    FlamingockModule.forRoot({
      service: 'inventory',
      stages: ['schema', 'inventory', 'feed'],
      auditStore: mongooseAuditStore(),
      targetSystems: [
        mongooseTargetSystem('inventory-db'),
        nonTransactionalTargetSystem('catalog-feed', { provide: [CatalogFeed] }),
        fileSystemTargetSystem('price-cache', { root: indexFolder }),
      ],
    }),
    FlamingockModule.forFeature({ stage: 'schema', changes: [CreateCollections] }),
    FlamingockModule.forFeature({
      stage: 'inventory',
      changes: [LoadCurrencies, SeedProducts, NormalizePrices],
      imports: [MongodbCatalogModule],
    }),
    FlamingockModule.forFeature({ stage: 'feed', changes: [PublishFeed, WarmPriceIndex] }),
    MongodbCatalogModule,
    FeedModule,
  ],
  controllers: [ChangesController],
})
export class AppModule {}
