import { momentOf } from '../audit/store-time.js';
import { describeHolder } from '../lock/lock.errors.js';
import type { LockRecord } from '../lock/lock-store.js';
import type { AwaitedChanges } from '../plan/awaited-changes.js';
import { someOf } from './run.errors.js';

/** Longest part of a recorded error that the reason repeats, in UTF-16 code units. */
const MAX_ERROR_LENGTH = 300;

/** Why a process waits for these changes, as a sentence goes on. */
export function reasonToWait({ pending, issues }: AwaitedChanges, holder: LockRecord | undefined): string {
  if (holder) return `${describeHolder(holder)} is at work`;
  if (issues.length > 0) {
    const which = someOf(issues.map(({ change }) => change.id));
    return `no instance is at work, and ${which} ${issues.length === 1 ? 'needs' : 'need'} a manual check`;
  }
  const held = pending.find(({ notBefore }) => notBefore !== undefined);
  if (held?.notBefore !== undefined) {
    const moment = momentOf(held.notBefore);
    return `no instance is at work, and "${held.change.id}" is not executed before ${moment}: ${held.reason}`;
  }
  const again = pending.find(({ entry }) => entry !== undefined);
  if (!again) return 'no instance is at work';
  const error = again.entry?.error?.split('\n', 1).join('').slice(0, MAX_ERROR_LENGTH);
  const why = error ? `${again.reason} (${error})` : again.reason;
  return `no instance is at work, and the next run executes "${again.change.id}" again: ${why}`;
}
