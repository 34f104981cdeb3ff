import { shown } from '../errors/option-names.js';
import { InvalidRequestError, type RequestFault } from './operation.errors.js';

/** The bounds of a page as callers give them, who may not be type-checked. */
export interface PageBounds {
  readonly before?: number;
  readonly limit?: number;
}

/** @throws InvalidRequestError with every fault. */
export function assertBounds({ before, limit }: PageBounds, most: number): void {
  const faults: RequestFault[] = [];
  if (before !== undefined && !isWhole(before, Infinity))
    faults.push({ field: 'before', problem: `must be a whole number from 1, not ${shown(before)}` });
  if (limit !== undefined && !isWhole(limit, most))
    faults.push({ field: 'limit', problem: `must be a whole number from 1 to ${most}, not ${shown(limit)}` });
  if (faults.length > 0) throw new InvalidRequestError(faults);
}

/** @throws InvalidRequestError for what is no number of an entry, and not 0. */
export function assertSeq(field: string, seq: number | undefined): void {
  if (seq === undefined || seq === 0 || isWhole(seq, Infinity)) return;
  throw new InvalidRequestError([{ field, problem: `must be a whole number from 0, not ${shown(seq)}` }]);
}

function isWhole(value: unknown, most: number): boolean {
  return Number.isSafeInteger(value) && (value as number) > 0 && (value as number) <= most;
}
