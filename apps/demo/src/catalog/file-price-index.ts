import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { Inject, Injectable } from '@nestjs/common';
import { demoConfig, type DemoConfig } from '../demo.config.js';
import { PriceIndex } from './price-index.js';
import type { PriceList } from './price-list.js';

/** One file, read once. */
@Injectable()
export class FilePriceIndex extends PriceIndex {
  private lists: Promise<PriceList[]> | undefined;

  constructor(@Inject(demoConfig.KEY) private readonly config: DemoConfig) {
    super();
  }

  /** Replaces the whole index; doing it twice does no harm. */
  async rebuild(lists: readonly PriceList[]): Promise<void> {
    await mkdir(dirname(this.config.indexFile), { recursive: true });
    await writeFile(this.config.indexFile, JSON.stringify(lists, null, 2));
    this.lists = undefined;
  }

  async pricesIn(currency: string): Promise<PriceList['prices']> {
    this.lists ??= this.load();
    const lists = await this.lists;
    return lists.find((list) => list.currency === currency)?.prices ?? [];
  }

  private async load(): Promise<PriceList[]> {
    return JSON.parse(await readFile(this.config.indexFile, 'utf8')) as PriceList[];
  }
}
