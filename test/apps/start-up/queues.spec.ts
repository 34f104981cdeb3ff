import 'reflect-metadata';
import { randomUUID } from 'node:crypto';
import { BullModule, Process, Processor as BullProcessor } from '@nestjs/bull';
import { BullModule as BullMqModule, Processor, WorkerHost } from '@nestjs/bullmq';
import { NestFactory } from '@nestjs/core';
import Bull from 'bull';
import { Queue } from 'bullmq';
import { describeOn } from '../../support/services/describe-on.js';
import { IN_ORDER, Start } from './start.js';

const quiet = { logger: false, abortOnError: false } as const;

await describeOn(['redis'], 'a job that waits is taken once changes are applied', ({ redis }) => {
  const { hostname: host, port } = new URL(redis);
  const connection = { host, port: Number(port) };
  const name = `jobs-${randomUUID()}`;

  it.each(['first', 'last'] as const)('by a worker of BullMQ, Flamingock imported %s', async (place) => {
    const start = new Start();
    @Processor(name)
    class Worker extends WorkerHost {
      process(): Promise<void> {
        start.consume();
        return Promise.resolve();
      }
    }
    const queue = new Queue(name, { connection });
    await queue.add('job', {});
    const imports = [BullMqModule.forRoot({ connection }), BullMqModule.registerQueue({ name })];
    const root = start.root(place, { imports, providers: [Worker] });
    const app = await NestFactory.createApplicationContext(root, quiet);
    await start.consumed();
    expect(start.seen).toEqual(IN_ORDER);
    await app.close();
    await queue.obliterate({ force: true });
    await queue.close();
  });

  it.each(['first', 'last'] as const)('by a processor of Bull, Flamingock imported %s', async (place) => {
    const start = new Start();
    @BullProcessor(name)
    class Worker {
      @Process()
      take(): void {
        start.consume();
      }
    }
    const queue = new Bull(name, { redis: connection });
    await queue.add({});
    const imports = [BullModule.forRoot({ redis: connection }), BullModule.registerQueue({ name })];
    const root = start.root(place, { imports, providers: [Worker] });
    const app = await NestFactory.createApplicationContext(root, quiet);
    await start.consumed();
    expect(start.seen).toEqual(IN_ORDER);
    await app.close();
    await queue.obliterate({ force: true });
    await queue.close();
  });
});
