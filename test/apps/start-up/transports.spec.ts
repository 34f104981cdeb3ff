import 'reflect-metadata';
import { Controller, type INestApplication, type LoggerService } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { ClientProxyFactory, EventPattern, Transport, type MicroserviceOptions } from '@nestjs/microservices';
import { WsAdapter } from '@nestjs/platform-ws';
import { SubscribeMessage, WebSocketGateway } from '@nestjs/websockets';
import { WebSocket } from 'ws';
import { freePort } from '../../support/services/free-port.mjs';
import { IN_ORDER, Start } from './start.js';

const quiet = { logger: false, abortOnError: false } as const;
const start = (): { start: Start; controllers: (new () => object)[] } => {
  const made = new Start();
  @Controller()
  class Orders {
    @EventPattern('order')
    handle(order: unknown): void {
      if (order) made.consume();
    }
  }
  return { start: made, controllers: [Orders] };
};

/** Sends all the while to a port that opens some time. */
async function whileSending(
  port: number,
  work: (transport: MicroserviceOptions) => Promise<void>,
): Promise<void> {
  const transport = { transport: Transport.TCP, options: { host: '127.0.0.1', port } } as const;
  const client = ClientProxyFactory.create(transport);
  const timer = setInterval(() => client.emit('order', {}).subscribe({ error: () => undefined }), 20);
  try {
    await work(transport);
  } finally {
    clearInterval(timer);
    await client.close();
  }
}

const ORDERS: [string, (app: INestApplication) => Promise<unknown>][] = [
  [
    'startAllMicroservices(), then listen()',
    async (app): Promise<unknown> => (await app.startAllMicroservices()).listen(0),
  ],
  [
    'listen(), then startAllMicroservices()',
    async (app) => (await app.listen(0), app.startAllMicroservices()),
  ],
  ['init(), then startAllMicroservices()', async (app) => (await app.init()).startAllMicroservices()],
];

describe('a message is handled once changes are applied', () => {
  it.each(ORDERS)('%s', async (_order, begin) => {
    const { start: one, controllers } = start();
    await whileSending(await freePort(), async (transport) => {
      const app = await NestFactory.create(one.root('last', { controllers }), quiet);
      app.connectMicroservice(transport);
      await begin(app);
      await one.consumed();
      expect(one.seen).toEqual(IN_ORDER);
      await app.close();
    });
  });

  it('createMicroservice(), then listen()', async () => {
    const { start: one, controllers } = start();
    await whileSending(await freePort(), async (transport) => {
      const app = await NestFactory.createMicroservice(one.root('last', { controllers }), {
        ...transport,
        ...quiet,
      });
      await app.listen();
      await one.consumed();
      expect(one.seen).toEqual(IN_ORDER);
      await app.close();
    });
  });

  it('by a gateway that has a port of its own', async () => {
    const one = new Start();
    const port = await freePort();
    @WebSocketGateway(port)
    class Gateway {
      @SubscribeMessage('order')
      handle(): void {
        one.consume();
      }
    }
    const app = await NestFactory.create(one.root('last', { providers: [Gateway] }), quiet);
    app.useWebSocketAdapter(new WsAdapter(app));
    const timer = setInterval(() => {
      const socket = new WebSocket(`ws://127.0.0.1:${port}`);
      socket.on('error', () => undefined);
      socket.on('open', () => socket.send('{"event":"order","data":{}}', () => socket.close()));
    }, 20);
    await app.init();
    await one.consumed();
    clearInterval(timer);
    await app.close();
    expect(one.seen).toEqual(IN_ORDER);
  });
});

describe('a transport that is started before changes can be applied', () => {
  const transport = { transport: Transport.TCP, options: { host: '127.0.0.1', port: 0 } } as const;
  const begin = async (
    order: (app: INestApplication) => Promise<unknown>,
    runAt: 'after-module-init' | 'manual',
  ) => {
    const warnings: unknown[] = [];
    const logger: LoggerService = { log() {}, error() {}, warn: (message) => warnings.push(message) };
    const { start: one, controllers } = start();
    const root = one.root('last', { controllers }, { runAt });
    const app = await NestFactory.create(root, { logger, abortOnError: false });
    app.connectMicroservice(transport);
    await order(app);
    await app.close();
    return warnings;
  };

  it('is told of with the line to write', async () => {
    expect(await begin(ORDERS[0]![1], 'after-module-init')).toEqual([
      expect.stringContaining('Write await app.init() before app.startAllMicroservices()'),
    ]);
  });

  it('is not told of where it waits, or where nothing is applied at the start', async () => {
    expect(await begin(ORDERS[2]![1], 'after-module-init')).toEqual([]);
    expect(await begin(ORDERS[0]![1], 'manual')).toEqual([]);
  });

  it('does not begin to listen where a change fails', async () => {
    const { start: one, controllers } = start();
    const root = one.root('last', { controllers }, { timeouts: { changeMs: 5, graceMs: 0 } });
    const app = await NestFactory.create(root, quiet);
    const microservice = app.connectMicroservice(transport);
    await expect(app.startAllMicroservices()).rejects.toThrow(/slow/);
    expect(microservice.unwrap<{ listening: boolean } | undefined>()?.listening).not.toBe(true);
    await app.close();
  });
});
