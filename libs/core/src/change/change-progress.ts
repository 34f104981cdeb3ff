import { InvalidProgressError } from './change.errors.js';

/** How far a change says it has come. */
export interface ChangeProgress {
  /** How much is done, in units of the change's own: rows, files, messages. */
  readonly done: number;
  /** How much there is to do in all, in the same units, where that is known. */
  readonly total?: number;
  /** What it is about just now. */
  readonly note?: string;
}

/**
 * How a change tells how far it has come, see {@link ChangeContext.progress}.
 *
 * @throws InvalidProgressError
 */
export type ReportProgress = (done: number, total?: number, note?: string) => void;

/** @throws InvalidProgressError for what no progress can be made of. */
export function assertProgress(changeId: string, done: number, total?: number, note?: string): void {
  if (isAmount(done) && (total === undefined || isAmount(total)) && isNote(note)) return;
  const fault = !isAmount(done) ? ['done', done] : !isNote(note) ? ['note', note] : ['total', total];
  throw new InvalidProgressError(changeId, ...(fault as ['done' | 'total' | 'note', unknown]));
}

/**
 * Whole percents, rounded down and at most 100: more may be done than was counted before. `undefined` where the total
 * is not known.
 */
export function percentOf({ done, total }: ChangeProgress): number | undefined {
  if (total === undefined) return undefined;
  return total === 0 ? 100 : Math.min(100, Math.floor((done / total) * 100));
}

function isAmount(value: unknown): boolean {
  return typeof value === 'number' && value >= 0 && value < Infinity;
}

function isNote(value: unknown): boolean {
  return value === undefined || typeof value === 'string';
}
