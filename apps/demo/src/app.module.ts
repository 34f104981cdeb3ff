import { FlamingockModule, nonTransactionalTargetSystem } from '@nestjs-flamingock/core';
import { flamingockConfig } from '@nestjs-flamingock/core/config';
import { fileSystemTargetSystem } from '@nestjs-flamingock/files';
import { typeOrmAuditStore, typeOrmTargetSystem } from '@nestjs-flamingock/typeorm';
import { Module } from '@nestjs/common';
import { ConfigModule } from '@nestjs/config';
import { TypeOrmModule } from '@nestjs/typeorm';
import { CatalogModule } from './catalog/catalog.module.js';
import { ChangesModule } from './changes/changes.module.js';
import { DashboardModule } from './dashboard/dashboard.module.js';
import { demoConfig, type DemoConfig } from './demo.config.js';
import { CatalogFeed } from './feed/catalog-feed.js';
import { FeedModule } from './feed/feed.module.js';

const { indexFolder } = demoConfig();

/** The inventory service. */
@Module({
  imports: [
    ConfigModule.forRoot({ isGlobal: true, load: [demoConfig, flamingockConfig] }),
    TypeOrmModule.forRootAsync({
      inject: [demoConfig.KEY],
      useFactory: ({ database }: DemoConfig) => ({
        type: 'better-sqlite3',
        database,
        autoLoadEntities: true,
        synchronize: false, // the changes of stage "schema" make the tables
        retryAttempts: 0, // a file is no server that may still be starting
      }),
    }),
    FlamingockModule.forRoot({
      service: 'inventory',
      stages: ['schema', 'inventory', 'feed'],
      auditStore: typeOrmAuditStore(),
      targetSystems: [
        typeOrmTargetSystem('inventory-db'),
        nonTransactionalTargetSystem('catalog-feed', { provide: [CatalogFeed] }),
        fileSystemTargetSystem('price-cache', { root: indexFolder }),
      ],
    }),
    CatalogModule,
    FeedModule,
    ChangesModule,
    DashboardModule,
  ],
})
export class AppModule {}
