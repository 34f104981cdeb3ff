import type { AuditStore } from '../audit/audit-store.js';
import type { LockReading, LockRecord } from '../lock/lock-store.js';
import type { EventPublisher } from '../reporting/event-publisher.js';
import { activityKey, activityOf, toldActivity, type HolderActivity } from '../reporting/holder-activity.js';
import type { RunEvent } from '../reporting/flamingock.events.js';
import type { Runtime } from '../runtime/runtime.js';

/** Milliseconds for which an instance waits before it looks what the holder is doing. */
const FIRST_MS = 1_000;
/** Milliseconds between two looks, at least. */
const PAUSE_MS = 2_000;
/** Back-off: a pause lasts this part of the time already waited, up to {@link LONGEST_MS}. */
const PAUSE_FRACTION = 1 / 10;
const LONGEST_MS = 10_000;

/** Looks, while an instance waits for the lock, what its holder is at work on, and tells of it. */
export class HolderWatch {
  private since: number | undefined;
  private lookedAt = -Infinity;

  constructor(
    private readonly store: AuditStore,
    private readonly runtime: Pick<Runtime, 'monotonicMs'>,
    private readonly events: EventPublisher,
    private readonly about: RunEvent,
  ) {}

  /** Called at each attempt to get the lock; looks at few of them. Never rejects. */
  async look(): Promise<void> {
    const now = this.runtime.monotonicMs();
    this.since ??= now;
    const waitedMs = now - this.since;
    const pause = Math.min(Math.max(PAUSE_MS, waitedMs * PAUSE_FRACTION), LONGEST_MS);
    if (waitedMs < FIRST_MS || now - this.lookedAt < pause) return;
    this.lookedAt = now;
    try {
      await this.tell();
    } catch {
      // The wait itself notices a store that is away.
    }
  }

  private async tell(): Promise<void> {
    const { service, executionId } = this.about;
    const reading = await this.store.lock.read(service);
    const activity = reading && (await holderActivity(this.store, reading));
    if (!activity) return;
    const { storeNow: _now, ...holder } = reading;
    this.events.publish('holder.progress', {
      service,
      executionId,
      holder: holder satisfies LockRecord,
      activity,
    });
  }
}

/** What the holder of a lock is at work on; `undefined` where the lock is free, or its holder has told nothing. */
export async function holderActivity(
  { records }: AuditStore,
  reading: LockReading,
): Promise<HolderActivity | undefined> {
  if (reading.expiresAt <= reading.storeNow) return undefined;
  const record = await records.read(activityKey(reading.service));
  return record && activityOf(reading, toldActivity(record.value));
}
