import type { AuditJournal } from '../audit/audit-journal.js';
import type { Lease } from '../lock/lease.js';
import type { RecordStore } from '../records/record-store.js';
import type { Activity } from '../reporting/activity.js';
import { activityKey, toldActivity, type ToldActivity } from '../reporting/holder-activity.js';
import type { Runtime } from '../runtime/runtime.js';

/** Milliseconds for which a run lasts before it tells anything, and between two times that it does. */
const PAUSE_MS = 1_000;

/** Whose activity is told, and where. */
export interface NoticeOf {
  readonly records: RecordStore;
  readonly runtime: Pick<Runtime, 'timer' | 'monotonicMs'>;
  readonly activity: Activity;
  readonly journal: Pick<AuditJournal, 'service' | 'now'>;
  readonly lease: Lease;
}

/**
 * Tells other instances what this one, while it holds the lock, is at work on: in a record beside the history,
 * which means something only as long as the lock is this holder's. No run waits for it, and a failure of it is none.
 */
export class HolderNotice {
  private callOff = (): void => undefined;
  private isOver = false;
  private isWriting = false;
  /** The version that the record has, as far as this holder knows. */
  private version: number | undefined;
  private written: string | undefined;

  constructor(private readonly of: NoticeOf) {}

  /** Begins to tell, from a second on. */
  start(): void {
    this.callOff = this.of.runtime.timer(
      PAUSE_MS,
      () => {
        if (this.isOver) return;
        this.start();
        void this.tell();
      },
      'idle',
    );
  }

  stop(): void {
    this.isOver = true;
    this.callOff();
  }

  private async tell(): Promise<void> {
    const { lease } = this.of;
    // While a transaction keeps all others from writing, this holder waits like them.
    if (this.isWriting || lease.isSuspended || lease.signal.aborted) return;
    const value = this.value();
    if (value === undefined || value === this.written) return;
    this.isWriting = true;
    try {
      await this.write(value);
    } catch {
      // Others see less of this holder; nothing else depends on it.
      this.version = undefined;
    }
    this.isWriting = false;
  }

  private async write(value: string): Promise<void> {
    const { records, journal } = this.of;
    const key = activityKey(journal.service);
    this.version ??= await this.readVersion();
    if (this.isOver) return;
    const isWritten = await records.write({ ...key, value }, { ifVersion: this.version });
    this.version = isWritten ? this.version + 1 : undefined;
    if (isWritten) this.written = value;
  }

  /** Ends the notice where a later holder has told already: what this one has to say is over. */
  private async readVersion(): Promise<number> {
    const { records, journal, lease } = this.of;
    const record = await records.read(activityKey(journal.service));
    const told = record && toldActivity(record.value);
    if (told && told.token > lease.token) this.stop();
    return record?.version ?? 0;
  }

  private value(): string | undefined {
    const { activity, journal, lease, runtime } = this.of;
    if (!activity.underway) return undefined;
    const { since, ...underway } = activity.underway;
    const { owner, token } = lease.hold;
    const startedAt = Math.round(journal.now() - (runtime.monotonicMs() - since));
    return JSON.stringify({ owner, token, ...underway, startedAt } satisfies ToldActivity);
  }
}
