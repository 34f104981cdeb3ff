import { FlamingockModule } from '@nestjs-flamingock/core';
import { flamingockConfig } from '@nestjs-flamingock/core/config';
import { openSearchTargetSystem } from '@nestjs-flamingock/opensearch';
import { s3TargetSystem } from '@nestjs-flamingock/s3';
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
import { UploadPriceLists } from './changes/0001-upload-price-lists.change.js';
import { BuildPriceSearch } from './changes/0002-build-price-search.change.js';
import { ClientsModule } from './clients.module.js';
import { CloudCatalogModule } from './cloud-catalog.module.js';

const { cloud } = demoConfig();

/** The inventory service with price lists in S3 and a price index in OpenSearch: `npm start -- --variant cloud`. */
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
    ClientsModule,
    FlamingockModule.forRoot({
      service: 'inventory',
      stages: ['schema', 'inventory', 'cloud'],
      auditStore: typeOrmAuditStore(),
      targetSystems: [
        typeOrmTargetSystem('inventory-db'),
        s3TargetSystem('price-lists', { bucket: cloud.bucket, prefix: 'prices/' }),
        openSearchTargetSystem('price-search', { controlIndex: `.${cloud.prefix}flamingock` }),
      ],
    }),
    FlamingockModule.forFeature({ stage: 'schema', changes: [CreateTables] }),
    FlamingockModule.forFeature({
      stage: 'inventory',
      changes: [LoadCurrencies, SeedProducts, NormalizePrices],
      imports: [CloudCatalogModule],
    }),
    FlamingockModule.forFeature({ stage: 'cloud', changes: [UploadPriceLists, BuildPriceSearch] }),
    CloudCatalogModule,
    FeedModule,
  ],
  controllers: [ChangesController],
})
export class AppModule {}
