import { percentOf, type ChangeProgress } from '../change/change-progress.js';
import type { LockReading, LockRecord } from '../lock/lock-store.js';
import { describeHolder } from '../lock/lock.errors.js';
import type { RecordKey } from '../records/record-store.js';
import { describeDuration } from './progress-format.js';

/** What the holder of a lock is at work on, as it has told others beside the history. */
export interface HolderActivity {
  readonly stage: string;
  readonly changeId: string;
  /** Which one of those that its run has to apply the change is: from 1. */
  readonly position: number;
  /** How many changes its run has to apply. */
  readonly of: number;
  /** When the change began, on the audit store's clock: milliseconds since 1970. */
  readonly startedAt: number;
  /** Milliseconds since then, on the same clock. */
  readonly runningMs: number;
  /** What the change has reported last, if it reports. */
  readonly progress?: ChangeProgress;
}

/** What a holder tells: its activity, and the hold that it is about. */
export interface ToldActivity extends Omit<HolderActivity, 'runningMs'> {
  readonly owner: string;
  readonly token: number;
}

/** The record of what the holder of a service's lock is doing. */
export function activityKey(service: string): RecordKey {
  return { service, kind: 'activity', key: 'run' };
}

/** The record's value as it was told; `undefined` where it is none, or that of a version with other fields. */
export function toldActivity(value: string): ToldActivity | undefined {
  try {
    const told = JSON.parse(value) as Partial<ToldActivity> | null;
    const isTold =
      typeof told?.changeId === 'string' &&
      typeof told.stage === 'string' &&
      [told.token, told.position, told.of, told.startedAt].every(Number.isFinite) &&
      (told.progress === undefined || Number.isFinite(told.progress.done));
    return isTold ? (told as ToldActivity) : undefined;
  } catch {
    return undefined;
  }
}

/** What is told of this acquisition; `undefined` where it is over, or what was told is of another one. */
export function activityOf(
  { owner, token, expiresAt, storeNow }: LockReading,
  told: ToldActivity | undefined,
): HolderActivity | undefined {
  if (told?.owner !== owner || told.token !== token || expiresAt <= storeNow) return undefined;
  const { stage, changeId, position, of, startedAt, progress } = told;
  const runningMs = Math.max(0, Math.round(storeNow - startedAt));
  return { stage, changeId, position, of, startedAt, runningMs, ...(progress && { progress }) };
}

/** The activity in words: `applying "fill-sku" (4 of 12), 37 %, for 2 min`. */
export function describeActivity({ changeId, position, of, runningMs, progress }: HolderActivity): string {
  const percent = progress && percentOf(progress);
  const far = percent !== undefined ? `, ${percent} %` : progress ? `, ${progress.done} done` : '';
  return `applying "${changeId}" (${position} of ${of})${far}, for ${describeDuration(runningMs)}`;
}

/** Holder and activity in words. */
export function describeHolderAtWork(holder: LockRecord | undefined, activity: HolderActivity): string {
  return `${describeHolder(holder)} is ${describeActivity(activity)}`;
}
