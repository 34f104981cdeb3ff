import { Change, Execution, TargetSystem } from '@nestjs-flamingock/core';
import { SearchIndices } from '@nestjs-flamingock/opensearch';
import { Inject } from '@nestjs/common';
import { PricingService } from '../../catalog/pricing.service.js';
import { demoConfig, type DemoConfig } from '../../demo.config.js';
import { DemoCrash } from '../../feed/demo-crash.js';
import { priceAlias } from '../search-price-index.js';

const PRICES = {
  settings: { number_of_shards: 1, number_of_replicas: 0 },
  mappings: {
    dynamic: 'strict',
    properties: {
      currency: { type: 'keyword' },
      sku: { type: 'keyword' },
      name: { type: 'text' },
      amount: { type: 'double' },
    },
  },
};

/** Builds the index of prices where nobody sees it; at the end the alias moves there, in one step. */
@Change({ id: 'build-price-search', order: '0002', author: 'team-pricing' })
@TargetSystem('price-search')
export class BuildPriceSearch {
  @Execution()
  async execute(
    indices: SearchIndices,
    pricing: PricingService,
    crash: DemoCrash,
    @Inject(demoConfig.KEY) config: DemoConfig,
  ): Promise<void> {
    const alias = priceAlias(config);
    const index = await indices.create(alias, PRICES);
    for (const { currency, prices } of await pricing.priceLists()) {
      const documents = prices.map((price) => ({
        id: `${currency}-${price.sku}`,
        document: { currency, ...price },
      }));
      await indices.add(index, documents);
      crash.dieIfAskedAfter('build-price-search', currency);
    }
    await indices.refresh(index); // the first search finds everything
    await indices.swap(alias, index);
  }
}
