import { mkdirSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Inject, Injectable } from '@nestjs/common';
import { demoConfig, type DemoConfig } from '../demo.config.js';
import { PriceIndex } from './price-index.js';
import type { PriceList } from './price-list.js';

type Prices = PriceList['prices'];

/** Name of the file that has the prices in a currency. */
export const indexFileOf = (currency: string): string => `${currency}.json`;

/** A folder with one file per currency, each read once. */
@Injectable()
export class FilePriceIndex extends PriceIndex {
  private readonly lists = new Map<string, Prices>();

  constructor(@Inject(demoConfig.KEY) private readonly config: DemoConfig) {
    super();
    // A deployment mounts a volume here. The target system refuses a folder that is not there.
    mkdirSync(config.indexFolder, { recursive: true });
  }

  async pricesIn(currency: string): Promise<Prices> {
    const prices = this.lists.get(currency) ?? (await this.load(currency));
    this.lists.set(currency, prices);
    return prices;
  }

  private async load(currency: string): Promise<Prices> {
    try {
      const content = await readFile(join(this.config.indexFolder, indexFileOf(currency)), 'utf8');
      return JSON.parse(content) as Prices;
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'ENOENT') return [];
      throw error;
    }
  }
}
