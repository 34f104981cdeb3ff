import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { FlamingockService } from '@nestjs-flamingock/core';
import { Demo } from './fixtures/demo.js';

const CHANGES = [
  'create-tables',
  'load-currencies',
  'seed-products',
  'normalize-prices',
  'publish-feed',
  'warm-price-index',
];

describe('the inventory service', () => {
  const load = async () => (await import('./app.module.js')).AppModule;
  const demo = Demo.eachTest(load, { DEMO_PASSWORD: 'open' });
  const get = (path: string) => demo.get(path);

  it('applies every change before it serves the first time', async () => {
    expect(demo.results).toEqual(CHANGES.map((id) => `${id}: executed`));
    expect(readdirSync(join(demo.folder, 'feed'))).toEqual([
      'CLF.json',
      'EUR.json',
      'JPY.json',
      'KWD.json',
      'USD.json',
    ]);
    expect(JSON.parse(readFileSync(join(demo.folder, 'feed', 'JPY.json'), 'utf8'))).toMatchObject({
      currency: 'JPY',
      prices: [{ sku: 'KB-100', name: 'Keyboard', amount: 12990 }, {}, {}],
    });
    expect(JSON.parse(readFileSync(join(demo.folder, 'cache', 'JPY.json'), 'utf8'))).toMatchObject([
      { sku: 'KB-100', name: 'Keyboard', amount: 12990 },
      {},
      {},
    ]);
  });

  it('applies nothing the second time', () => {
    expect(demo.report.status).toBe('up-to-date');
    expect(demo.results).toEqual(CHANGES.map((id) => `${id}: skipped`));
  });

  it('serves products with prices that their currencies can express', async () => {
    const { body } = await get('/products');
    expect(body).toEqual([
      {
        sku: 'KB-100',
        name: 'Keyboard',
        prices: { CLF: 2.0537, EUR: 79.9, JPY: 12990, KWD: 26.125, USD: 84.99 },
      },
      { sku: 'MN-270', name: 'Monitor', prices: { CLF: 8.6, EUR: 329, JPY: 53490, KWD: 107.5, USD: 349 } },
      { sku: 'MS-010', name: 'Mouse', prices: { CLF: 0.6422, EUR: 24.95, JPY: 4057, KWD: 8.155, USD: 26.5 } },
    ]);
  });

  it('shows its dashboard to whoever knows the password, and records what they do under their name', async () => {
    const session = `${await demo.app.getUrl()}/flamingock/api/session`;
    const as = (user: string) =>
      fetch(session, { headers: { authorization: `Basic ${Buffer.from(user).toString('base64')}` } });
    expect((await fetch(session)).headers.get('www-authenticate')).toContain('Basic');
    expect((await as('anna:other')).status).toBe(401);
    expect(await (await as('anna:open')).json()).toMatchObject({
      service: 'inventory',
      actor: { name: 'anna' },
    });
  });

  it('serves the currencies of ISO 4217 with what is priced in them', async () => {
    expect(await get('/currencies/kwd')).toMatchObject({
      status: 200,
      body: {
        code: 'KWD',
        number: '414',
        name: 'Kuwaiti Dinar',
        digits: 3,
        prices: [{ sku: 'KB-100' }, {}, {}],
      },
    });
    expect(await get('/currencies/SEK')).toMatchObject({ status: 200, body: { code: 'SEK', prices: [] } });
    expect(await get('/currencies/EURO')).toMatchObject({ status: 404 });
  });

  it('serves the state of its changes', async () => {
    const { body } = await get('/changes');
    expect(body).toHaveLength(6);
    expect(body).toContainEqual({
      changeId: 'publish-feed',
      stage: 'feed',
      targetSystem: 'catalog-feed',
      state: 'EXECUTED',
    });
  });

  it('can be asked to run again while it serves', async () => {
    const report = await demo.app.get(FlamingockService).execute();
    expect(report.status).toBe('up-to-date');
  });
});
