import { Inject, Injectable } from '@nestjs/common';
import { Client } from '@opensearch-project/opensearch';
import { PriceIndex } from '../catalog/price-index.js';
import type { PriceList } from '../catalog/price-list.js';
import { demoConfig, type DemoConfig } from '../demo.config.js';

type Price = PriceList['prices'][number];

/** The alias that the prices are searched by. */
export const priceAlias = ({ cloud }: DemoConfig): string => `${cloud.prefix}prices`;

/** The price index in OpenSearch, with one document for each price. */
@Injectable()
export class SearchPriceIndex extends PriceIndex {
  constructor(
    private readonly client: Client,
    @Inject(demoConfig.KEY) private readonly config: DemoConfig,
  ) {
    super();
  }

  async pricesIn(currency: string): Promise<PriceList['prices']> {
    const { body } = await this.client.search({
      index: priceAlias(this.config),
      body: {
        size: 1000,
        query: { term: { currency } },
        sort: ['sku'],
        _source: { excludes: ['currency'] },
      },
    });
    return body.hits.hits.map((hit) => hit._source as Price);
  }
}
