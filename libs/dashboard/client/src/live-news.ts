import type { LiveState } from '../../src/api/contract.js';

/** How the page learns what is new. */
export type Connection = 'connecting' | 'events' | 'polling' | 'lost';

/**
 * True where something has changed that pages have to read anew: entries, decisions, who holds the lock, or which change
 * its holder is at work on. How far that change has come is in the state itself.
 */
export function isNews(before: LiveState | undefined, after: LiveState): boolean {
  return before === undefined || keyOf(before) !== keyOf(after);
}

function keyOf({ seq, hash, decisions, lock, activity }: LiveState): string {
  return JSON.stringify([seq, hash, decisions, lock.held, lock.record?.token, activity?.changeId]);
}
