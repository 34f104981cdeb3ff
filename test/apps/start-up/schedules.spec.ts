import 'reflect-metadata';
import { NestFactory } from '@nestjs/core';
import { EventEmitter2, EventEmitterModule, OnEvent } from '@nestjs/event-emitter';
import { Cron, Interval, ScheduleModule, Timeout } from '@nestjs/schedule';
import { IN_ORDER, Start } from './start.js';

const quiet = { logger: false, abortOnError: false } as const;
const PLACES = ['first', 'last'] as const;

describe.each(PLACES)('once changes are applied, Flamingock imported %s', (place) => {
  it.each([
    ['@Interval', Interval(5)],
    ['@Timeout', Timeout(5)],
    ['@Cron', Cron('* * * * * *')],
  ])('%s fires', async (_name, decorator) => {
    const start = new Start();
    class Tasks {
      fire(): void {
        start.consume();
      }
    }
    decorator(Tasks.prototype, 'fire', Object.getOwnPropertyDescriptor(Tasks.prototype, 'fire')!);
    const root = start.root(place, { imports: [ScheduleModule.forRoot()], providers: [Tasks] });
    // As a serverless function starts: initialised, and never listening.
    const app = await (await NestFactory.create(root, quiet)).init();
    await start.consumed();
    expect(start.seen).toEqual(IN_ORDER);
    await app.close();
  });

  it('an event that is emitted all the while is handled', async () => {
    const start = new Start();
    class Listener {
      @OnEvent('order')
      handle(): void {
        start.consume();
      }
    }
    const root = start.root(place, { imports: [EventEmitterModule.forRoot()], providers: [Listener] });
    const app = await NestFactory.create(root, quiet);
    const emitter = app.get(EventEmitter2);
    const timer = setInterval(() => emitter.emit('order'), 5);
    await app.init();
    await start.consumed();
    clearInterval(timer);
    expect(start.seen).toEqual(IN_ORDER);
    await app.close();
  });
});
