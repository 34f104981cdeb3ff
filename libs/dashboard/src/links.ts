import { PAGES } from './api/contract.js';

/**
 * Where the dashboard shows what an alert is about: for `link` of `FlamingockAlertsModule`.
 *
 * @param address Of the dashboard as people open it: `https://shop.example.com/flamingock`.
 */
export function dashboardLinks(
  address: string,
): (message: { readonly kind: string; readonly subject: string }) => string {
  const page = address.replace(/\/+$/, '');
  return ({ kind, subject }) => {
    const id = encodeURIComponent(subject);
    switch (kind) {
      case 'issue':
        return `${page}${PAGES.issue}${id}`;
      case 'drift':
      case 'take-over':
      case 'approval-wanted':
      case 'emergency-run':
        return `${page}${PAGES.change}${id}`;
      case 'circuit-open':
        return `${page}${PAGES.circuits}`;
      case 'history-tampered':
      case 'ledger-tampered':
        return `${page}${PAGES.integrity}`;
      default:
        return `${page}${PAGES.overview}`;
    }
  };
}
