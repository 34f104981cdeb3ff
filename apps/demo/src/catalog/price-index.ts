import type { PriceList } from './price-list.js';

/** A cache of all price lists. */
export abstract class PriceIndex {
  /** What is priced in a currency; nothing for one that the index does not hold. */
  abstract pricesIn(currency: string): Promise<PriceList['prices']>;
}
