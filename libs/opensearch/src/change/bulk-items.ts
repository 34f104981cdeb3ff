import type { SearchAnswer, SearchRequest } from '../client/search-request.js';
import { BulkItemsError } from '../opensearch.errors.js';

/** What the answer to a bulk request says of one action. */
interface BulkItem {
  readonly status: number;
  readonly error?: { readonly type: string; readonly reason: string };
}

interface BulkBody {
  readonly errors?: boolean;
  readonly items?: readonly Readonly<Record<string, BulkItem>>[];
}

/** Statuses that pass by themselves. */
const PASSING: readonly number[] = [429, 503];

/** @throws BulkItemsError for an answer to a bulk request of which an action failed. */
export function assertWholeBulk(changeId: string, { path }: SearchRequest, { body }: SearchAnswer): void {
  if (!path.split('/').includes('_bulk')) return;
  const { errors, items = [] } = (body ?? {}) as BulkBody;
  if (errors !== true) return;
  const outcomes = items.flatMap((item) => Object.values(item));
  const failed = outcomes.filter(({ error }) => error !== undefined);
  throw new BulkItemsError(changeId, {
    failed: failed.length,
    total: outcomes.length,
    first: describe(outcomes),
    isTransient: failed.every(({ status }) => PASSING.includes(status)),
    response: { body },
  });
}

function describe(outcomes: readonly BulkItem[]): string {
  const at = outcomes.findIndex(({ error }) => error !== undefined);
  const { status, error } = outcomes[at] ?? { status: 0 };
  return `number ${at + 1}, ${status} ${error?.type ?? ''}: ${error?.reason ?? ''}`;
}
