import { randomUUID } from 'node:crypto';
import { Client } from '@opensearch-project/opensearch';
import type { SearchOptions } from '../apps/e2e/fixtures/notes-in-opensearch.js';
import type { CreateTarget, TestTarget } from './test-database.js';

/** Documents in an OpenSearch, behind an alias of one suite's own. */
export class SearchNotes implements TestTarget {
  readonly options: { readonly opensearch: SearchOptions };
  private readonly client: Client;

  private constructor(
    url: string,
    private readonly alias: string,
  ) {
    this.options = { opensearch: { url, alias, controlIndex: `.${alias}` } };
    this.client = new Client({ node: url });
  }

  static on(url: string): CreateTarget<SearchNotes> {
    return () => Promise.resolve(new SearchNotes(url, `test-${randomUUID()}`));
  }

  /** Its index comes with its first value. */
  createPlace(): Promise<void> {
    return Promise.resolve();
  }

  /** There is one place. */
  async values(): Promise<string[]> {
    const { body: isThere } = await this.client.indices.existsAlias({ name: this.alias });
    if (!isThere) return [];
    await this.client.indices.refresh({ index: this.alias });
    const { body } = await this.client.search({ index: this.alias, size: 1_000 });
    return body.hits.hits.map((hit) => (hit._source as { text: string }).text).sort();
  }

  async drop(): Promise<void> {
    const { controlIndex } = this.options.opensearch;
    for (const pattern of [`${this.alias}*`, `${controlIndex}*`]) {
      const request = { index: pattern, expand_wildcards: 'all' as const };
      const { body } = await this.client.indices.get(request);
      for (const index of Object.keys(body)) await this.client.indices.delete({ index });
    }
    await this.client.close();
  }
}
