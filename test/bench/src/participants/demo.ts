import 'reflect-metadata';
import type { DynamicModule, INestApplication, Type } from '@nestjs/common';
import type { Job, Participant } from '../participant.js';

const DEMO = new URL('../../../../apps/demo/dist/', import.meta.url);

/** The demo, from its first import until it could serve; `variant` "without": the same without this library. */
export async function open({ folder, variant }: Job): Promise<Participant> {
  process.env['DEMO_VAR'] = folder;
  let app: INestApplication | undefined;
  return {
    async apply() {
      const { NestFactory } = await import('@nestjs/core');
      const module =
        variant === 'without' ? await withoutChanges() : await imported('app.module.js', 'AppModule');
      app = await NestFactory.create(module, { logger: false });
      await app.init();
    },
    close: async () => app?.close(),
  };
}

/** What the demo's root module imports, but for the changes. */
async function withoutChanges(): Promise<DynamicModule> {
  const { ConfigModule } = await import('@nestjs/config');
  const { TypeOrmModule } = await import('@nestjs/typeorm');
  const demoConfig = await imported<{ KEY: string } & (() => never)>('demo.config.js', 'demoConfig');
  class AppModule {}
  return {
    module: AppModule,
    imports: [
      ConfigModule.forRoot({ isGlobal: true, load: [demoConfig] }),
      TypeOrmModule.forRootAsync({
        inject: [demoConfig.KEY],
        useFactory: ({ database }: { database: string }) => ({
          type: 'better-sqlite3',
          database,
          autoLoadEntities: true,
          synchronize: false,
          retryAttempts: 0,
        }),
      }),
      await imported('catalog/catalog.module.js', 'CatalogModule'),
      await imported('feed/feed.module.js', 'FeedModule'),
    ],
  };
}

async function imported<T = Type>(path: string, name: string): Promise<T> {
  const module = (await import(new URL(path, DEMO).href)) as Record<string, T>;
  return module[name] as T;
}
