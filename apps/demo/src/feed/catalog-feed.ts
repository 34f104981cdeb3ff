import { mkdir, readFile, readdir, rm, writeFile } from 'node:fs/promises';
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
    await writeFile(this.fileOf(list.currency), textOf(list));
  }

  /** Codes of the currencies of which something is out. Only reads. */
  async published(): Promise<string[]> {
    const files = await ifThere(readdir(this.config.feedFolder));
    return (files ?? []).map((file) => file.replace(/\.json$/, ''));
  }

  /** Whether exactly this price list is out: not another one, and not a part of it. Only reads. */
  async holds(list: PriceList): Promise<boolean> {
    return (await ifThere(readFile(this.fileOf(list.currency), 'utf8'))) === textOf(list);
  }

  /** Takes one price list back. */
  async withdraw(currency: string): Promise<void> {
    await rm(this.fileOf(currency), { force: true });
  }

  private fileOf(currency: string): string {
    return join(this.config.feedFolder, `${currency}.json`);
  }
}

const textOf = (list: PriceList): string => JSON.stringify(list, null, 2);

async function ifThere<T>(read: Promise<T>): Promise<T | undefined> {
  try {
    return await read;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
}
