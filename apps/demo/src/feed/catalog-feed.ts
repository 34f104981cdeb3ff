import { mkdir, readdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Inject, Injectable } from '@nestjs/common';
import type { PriceList } from '../catalog/price-list.js';
import { demoConfig, type DemoConfig } from '../demo.config.js';

/** A folder with one file per currency, which shops read as soon as it appears. */
@Injectable()
export class CatalogFeed {
  constructor(@Inject(demoConfig.KEY) private readonly config: DemoConfig) {}

  /** Writes one price list. */
  async publish(list: PriceList): Promise<void> {
    await mkdir(this.config.feedFolder, { recursive: true });
    await writeFile(this.fileOf(list.currency), JSON.stringify(list, null, 2));
  }

  /** Codes of the currencies whose list is out. */
  async published(): Promise<string[]> {
    await mkdir(this.config.feedFolder, { recursive: true });
    const files = await readdir(this.config.feedFolder);
    return files.map((file) => file.replace(/\.json$/, ''));
  }

  /** Takes one price list back. */
  async withdraw(currency: string): Promise<void> {
    await rm(this.fileOf(currency), { force: true });
  }

  private fileOf(currency: string): string {
    return join(this.config.feedFolder, `${currency}.json`);
  }
}
