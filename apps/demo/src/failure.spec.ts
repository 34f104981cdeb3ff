import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { FlamingockService } from '@nestjs-flamingock/core';
import type { Abstract, INestApplicationContext, Type } from '@nestjs/common';
import { Test } from '@nestjs/testing';
import { DataSource } from 'typeorm';
import type { PriceList } from './catalog/price-list.js';
import { PricingService } from './catalog/pricing.service.js';
import { SqlPricingService } from './catalog/sql-pricing.service.js';
import { CatalogFeed } from './feed/catalog-feed.js';

const SILENT = { log: () => undefined, warn: () => undefined, error: () => undefined };

class HalfWayPricing extends SqlPricingService {
  override async normalizePrices(): Promise<number> {
    await super.normalizePrices();
    throw new Error('lost interest');
  }
}

class UnreadablePricing extends SqlPricingService {
  private asked = 0;

  /** The feed asks first, and then the price index. */
  override async priceLists(): Promise<PriceList[]> {
    const lists = await super.priceLists();
    if (++this.asked === 1) return lists;
    return lists.map((list, index) => (index < 3 ? list : unreadable(list)));
  }
}

function unreadable({ currency }: PriceList): PriceList {
  return {
    currency,
    get prices(): never {
      throw new Error('no more prices');
    },
  };
}

class FullDiskFeed extends CatalogFeed {
  override async publish(list: PriceList): Promise<void> {
    if (list.currency === 'JPY') throw new Error('disk full');
    await super.publish(list);
  }
}

describe('a change that fails in the middle', () => {
  const environment = { ...process.env };
  const folder = mkdtempSync(join(tmpdir(), 'flamingock-demo-failure-'));
  let app: INestApplicationContext;

  beforeAll(() => (process.env['DEMO_VAR'] = folder));
  afterEach(async () => {
    await app.close();
    rmSync(folder, { recursive: true });
  });
  afterAll(() => (process.env = environment));

  /** Starts the application with one of its services replaced by one that fails. */
  async function start<T>(service: Abstract<T>, failing: Type<T>): Promise<unknown> {
    const { AppModule } = await import('./app.module.js');
    const builder = Test.createTestingModule({ imports: [AppModule] }).setLogger(SILENT);
    const module = await builder.overrideProvider(service).useClass(failing).compile();
    app = module;
    return module.init().catch((error: unknown) => error);
  }

  async function states(): Promise<Record<string, string | undefined>> {
    const { changes } = await app.get(FlamingockService).plan();
    return Object.fromEntries(changes.map(({ changeId, state }) => [changeId, state]));
  }

  it('leaves nothing of what a service of the application wrote in its transaction', async () => {
    expect(String(await start(PricingService, HalfWayPricing))).toContain('lost interest');
    expect(await states()).toMatchObject({
      'seed-products': 'EXECUTED',
      'normalize-prices': 'ROLLED_BACK',
      'publish-feed': undefined,
    });
    const yen = `SELECT amount FROM prices WHERE sku = 'KB-100' AND currencyCode = 'JPY'`;
    expect(await app.get(DataSource).query(yen)).toEqual([{ amount: 12990.4 }]);
  });

  it('takes back the files that it had published', async () => {
    expect(String(await start(CatalogFeed, FullDiskFeed))).toContain('disk full');
    expect(await states()).toMatchObject({ 'publish-feed': 'ROLLED_BACK', 'warm-price-index': undefined });
    expect(readdirSync(join(folder, 'feed'))).toEqual([]);
  });

  it('leaves no file of a folder that is a transactional target', async () => {
    expect(String(await start(PricingService, UnreadablePricing))).toContain('no more prices');
    expect(await states()).toMatchObject({ 'publish-feed': 'EXECUTED', 'warm-price-index': 'ROLLED_BACK' });
    expect(readdirSync(join(folder, 'cache'))).toEqual(['.flamingock']);
  });
});
