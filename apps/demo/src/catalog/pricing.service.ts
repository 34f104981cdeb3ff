import type { PriceList } from './price-list.js';

/** Everything about prices. An ordinary service: it knows nothing of changes and transactions. */
export abstract class PricingService {
  /** Rounds each price to the minor unit of its currency. Returns how many were not round. */
  abstract normalizePrices(): Promise<number>;

  /** One list per currency that something is priced in. */
  abstract priceLists(): Promise<PriceList[]>;
}
