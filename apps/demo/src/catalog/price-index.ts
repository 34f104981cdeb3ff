import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { Inject, Injectable } from '@nestjs/common';
import { demoConfig, type DemoConfig } from '../demo.config.js';
import type { PriceList } from './price-list.js';

/** A cache of all price lists: one file, read once. */
@Injectable()
export class PriceIndex {
  private lists: Promise<PriceList[]> | undefined;

  constructor(@Inject(demoConfig.KEY) private readonly config: DemoConfig) {}

  /** Replaces the whole index; doing it twice does no harm. */
  async rebuild(lists: readonly PriceList[]): Promise<void> {
    await mkdir(dirname(this.config.indexFile), { recursive: true });
    await writeFile(this.config.indexFile, JSON.stringify(lists, null, 2));
    this.lists = undefined;
  }

  /** What is priced in a currency; nothing for one that the index does not hold. */
  async pricesIn(currency: string): Promise<PriceList['prices']> {
    this.lists ??= this.load();
    const lists = await this.lists;
    return lists.find((list) => list.currency === currency)?.prices ?? [];
  }

  private async load(): Promise<PriceList[]> {
    return JSON.parse(await readFile(this.config.indexFile, 'utf8')) as PriceList[];
  }
}
