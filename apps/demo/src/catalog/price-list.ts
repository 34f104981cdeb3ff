/** All prices in one currency. */
export interface PriceList {
  readonly currency: string;
  readonly prices: readonly { readonly sku: string; readonly name: string; readonly amount: number }[];
}
