import 'reflect-metadata';
import { inspect } from 'node:util';
import { HttpModule, HttpService } from '@nestjs/axios';
import { Module, type DynamicModule, type INestApplicationContext, type Type } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import {
  Change,
  ChangeContext,
  Execution,
  FlamingockModule,
  FlamingockService,
  RollbackExecution,
  TargetSystem,
  Verify,
  type ExecutionReport,
} from '@nestjs-flamingock/core';
import { InMemoryAuditStore, inMemoryAuditStore, InMemoryDatabase } from '@nestjs-flamingock/testing';
import { HttpApi } from '../change/http-api.js';
import { failureOf } from '../fixtures/calls.js';
import { SupplierApi } from '../fixtures/supplier-api.js';
import { httpTargetSystem } from '../http.definitions.js';
import type { HttpTargetSystemOptions } from '../http.options.js';

const ABOUT = { id: 'add-suppliers', order: '0001', author: 'team', transactional: false } as const;

let server: SupplierApi;
let database: InMemoryDatabase;
let apps: INestApplicationContext[];
beforeEach(async () => {
  server = await new SupplierApi().listen();
  database = new InMemoryDatabase();
  apps = [];
});
afterEach(async () => {
  await Promise.all(apps.map((app) => app.close()));
  await server.close();
});

class Root {}
Module({})(Root);

async function start(
  change: Type,
  more: Partial<HttpTargetSystemOptions> = {},
  imports: NonNullable<DynamicModule['imports']> = [],
): Promise<FlamingockService> {
  const root: DynamicModule = {
    module: Root,
    imports: [
      FlamingockModule.forRoot({
        service: 'shop',
        runAt: 'manual',
        auditStore: inMemoryAuditStore(database),
        targetSystems: [httpTargetSystem('erp', { baseUrl: server.url, ...more })],
        retry: { initialMs: 1, maxMs: 50 },
      }),
      FlamingockModule.forFeature({ stage: 'main', changes: [change] }),
      ...imports,
    ],
  };
  const app = await NestFactory.createApplicationContext(root, { logger: false, abortOnError: false });
  apps.push(app);
  return app.get(FlamingockService);
}

async function history(): Promise<string> {
  const entries: unknown[] = [];
  for await (const entry of new InMemoryAuditStore(database).readHistory('shop')) entries.push(entry);
  return inspect(entries, { depth: 9 });
}
const resultOf = ({ changes }: ExecutionReport) => changes[0]?.result;

@Change(ABOUT)
@TargetSystem('erp')
class Saga {
  @Execution()
  async execute({ step }: ChangeContext, api: HttpApi): Promise<void> {
    for (const code of ['acme', 'ajax'])
      await step(code, async () => (await api.post<{ id: number }>('suppliers', { code })).body.id, {
        undo: (id) => api.delete(`suppliers/${id}`),
        verify: async () => {
          const { status, body } = await api.get<{ id: number }>(`suppliers/${code}`, { allow: [404] });
          return status === 404 ? 'not-applied' : { applied: body.id };
        },
      });
    await step('announce', () => api.get('suppliers/nobody'), { verify: () => 'not-applied' });
  }
}

describe('a change of an HTTP target system', () => {
  it('takes back what its steps have done, and does it anew with other keys', async () => {
    const flamingock = await start(Saga);
    expect(await failureOf(flamingock.execute())).toMatchObject({ code: 'FLAMINGOCK_CHANGE_FAILED' });
    expect(server.suppliers.all).toEqual([]);
    await failureOf((await start(Saga)).execute());
    const keys = [...server.suppliers.keysOf('POST'), ...server.suppliers.keysOf('DELETE')];
    expect(new Set(keys).size).toBe(8);
    expect(await history()).toContain('was answered with status 404');
  });

  it('ends when its requests have ended, and fails where it does not await them', async () => {
    @Change(ABOUT)
    @TargetSystem('erp')
    class Forgets {
      @Execution()
      execute(api: HttpApi): void {
        void api.post('suppliers', { code: 'acme' });
      }
    }
    const error = await failureOf((await start(Forgets)).execute());
    expect(error.message).toContain('POST /api/suppliers');
    expect(server.suppliers.all).toHaveLength(1);
  });

  it('is taken back only once its requests have ended, where one of several fails', async () => {
    const order: string[] = [];
    @Change(ABOUT)
    @TargetSystem('erp')
    class Several {
      @Execution()
      async execute(api: HttpApi): Promise<void> {
        const slow = api
          .post('suppliers', { code: 'slow' }, { name: 'slow' })
          .then(() => order.push('ended'));
        await Promise.all([slow, api.get('suppliers/none')]);
      }
      @RollbackExecution()
      rollback(): void {
        order.push('rollback');
      }
    }
    server.suppliers.instead.push({
      when: 'after',
      act: (response) => setTimeout(() => response.writeHead(201).end(), 100),
    });
    await failureOf((await start(Several)).execute());
    expect(order).toEqual(['ended', 'rollback']);
  });

  it('sends nothing after its end', async () => {
    let kept: HttpApi | undefined;
    @Change(ABOUT)
    @TargetSystem('erp')
    class Keeps {
      @Execution()
      execute(api: HttpApi): void {
        kept = api;
      }
    }
    await (await start(Keeps)).execute();
    expect(await failureOf(kept?.post('suppliers', {}) ?? Promise.resolve())).toMatchObject({
      code: 'FLAMINGOCK_CHANGE_ENDED',
    });
    expect(server.suppliers.seen).toEqual([]);
  });

  it('alters nothing where it is asked what is there', async () => {
    const refused: unknown[] = [];
    @Change({ ...ABOUT, verify: 'always' })
    @TargetSystem('erp')
    class Asks {
      @Execution()
      execute(): void {}
      @Verify()
      async verify(api: HttpApi): Promise<'applied'> {
        await api.get('suppliers');
        refused.push(await failureOf(api.post('suppliers', { code: 'x' })));
        return 'applied';
      }
    }
    await (await start(Asks)).execute();
    expect(refused).toEqual([expect.objectContaining({ code: 'FLAMINGOCK_READ_ONLY_STATEMENT' })]);
    expect(server.suppliers.all).toEqual([]);
  });

  it('is tried again as late as the server asks for, where it was taken back', async () => {
    @Change(ABOUT)
    @TargetSystem('erp')
    class Busy {
      @Execution()
      async execute(api: HttpApi): Promise<void> {
        await api.post('suppliers', { code: 'acme' });
      }
      @RollbackExecution()
      rollback(): void {}
    }
    server.answer(429, { 'retry-after': '0' });
    expect(resultOf(await (await start(Busy)).execute())).toBe('executed');
    expect(new Set(server.suppliers.keysOf('POST')).size).toBe(2);
  });

  it('has no secret of its requests in the history and in the error of a start', async () => {
    server.answer(403, {}, 'who is Bearer t0psecret?');
    @Change(ABOUT)
    @TargetSystem('erp')
    class Refused {
      @Execution()
      async execute(api: HttpApi): Promise<void> {
        await api.post('suppliers', { code: 'acme' }, { query: { api_key: 'k3y-of-mine', sig: 'q-secret' } });
      }
    }
    const options = { headers: { authorization: 'Bearer t0psecret' }, secrets: { query: ['sig'] } };
    const error = await failureOf((await start(Refused, options)).execute());
    const told = `${inspect(error, { depth: 9 })} ${await history()}`;
    expect(told).toContain('Check the credentials');
    expect(told).not.toMatch(/t0psecret|k3y-of-mine|q-secret/);
  });
});

describe("the application's HttpService", () => {
  const viaAxios: DynamicModule[] = [];
  beforeEach(() => {
    const axios = HttpModule.register({
      baseURL: 'http://127.0.0.1:9/elsewhere',
      headers: { authorization: 'Bearer of-axios' },
    });
    viaAxios.splice(0, 1, { ...axios, global: true });
  });

  @Change(ABOUT)
  @TargetSystem('erp')
  class Sends {
    @Execution()
    async execute(api: HttpApi): Promise<void> {
      const { body } = await api.post<{ id: number }>('suppliers', { code: 'acme' });
      await api.get(`suppliers/none-${body.id}`, { allow: [404] });
      await api.get('suppliers', { query: { q: 'a b' } });
    }
  }

  it('sends requests, with its own headers and their keys', async () => {
    const report = await (await start(Sends, { httpService: HttpService }, viaAxios)).execute();
    expect(resultOf(report)).toBe('executed');
    expect(server.suppliers.seen[0]).toMatchObject({
      path: '/api/suppliers',
      key: expect.stringMatching(/^[\da-f-]{36}$/) as string,
      headers: { authorization: 'Bearer of-axios', 'content-type': 'application/json' },
    });
    expect(server.suppliers.all).toEqual([{ id: 1, code: 'acme' }]);
  });

  it('fails as fetch does, and keeps its request out of the error', async () => {
    server.breakOff('after');
    const error = await failureOf((await start(Sends, { httpService: HttpService }, viaAxios)).execute());
    const told = `${inspect(error, { depth: 9 })} ${await history()}`;
    expect(told).toContain('FLAMINGOCK_HTTP_ANSWER_LOST');
    expect(told).not.toContain('of-axios');
    await server.close();
    database = new InMemoryDatabase();
    const refused = await failureOf((await start(Saga, { httpService: HttpService }, viaAxios)).execute());
    expect(inspect(refused)).toContain('was not sent: connect ECONNREFUSED');
    await server.listen();
  });

  it('has to be provided', async () => {
    const error = await failureOf(start(Sends, { httpService: HttpService }));
    expect(error.message).toContain('import HttpModule of @nestjs/axios');
  });
});
