/** From a spreadsheet that knew neither that the yen has no cents nor that the dinar has a thousandth. */
export const SHEET = [
  { sku: 'KB-100', name: 'Keyboard', CLF: 2.0537, EUR: 79.9, JPY: 12990.4, KWD: 26.1249, USD: 84.99 },
  { sku: 'MN-270', name: 'Monitor', CLF: 8.6, EUR: 329.001, JPY: 53490, KWD: 107.5, USD: 349 },
  { sku: 'MS-010', name: 'Mouse', CLF: 0.64218, EUR: 24.95, JPY: 4057.25, KWD: 8.155, USD: 26.499 },
];
