import { Global, Module, type OnApplicationShutdown } from '@nestjs/common';
import { Redis } from 'ioredis';
import { demoConfig, type DemoConfig } from '../demo.config.js';

/** The application's Redis. */
@Global()
@Module({
  providers: [
    {
      provide: Redis,
      inject: [demoConfig.KEY],
      useFactory: ({ streams }: DemoConfig) => new Redis(streams.redisUrl, { keyPrefix: streams.prefix }),
    },
  ],
  exports: [Redis],
})
export class RedisModule implements OnApplicationShutdown {
  constructor(private readonly redis: Redis) {}

  onApplicationShutdown(): void {
    this.redis.disconnect();
  }
}
